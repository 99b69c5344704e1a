//! E-mails and SMS as their recipients meet them.

use sandbox::Message;

use crate::World;

/// The mailbox of a world's message provider.
pub struct Mailbox<'w> {
    world: &'w World,
}

impl<'w> Mailbox<'w> {
    pub(crate) fn of(world: &'w World) -> Self {
        Self { world }
    }

    /// Runs the job that hands messages to the provider until none is due; how many it handled.
    pub async fn deliver(&self) -> i64 {
        self.world.run_job("messages/deliver").await
    }

    /// What has arrived at an address or a phone number, oldest first; delivers nothing.
    pub fn to(&self, recipient: &str) -> Vec<Letter> {
        self.world.gateway.messages().into_iter().filter(|message| message.is_to(recipient)).map(Letter).collect()
    }

    /// How many messages have arrived at an address or a phone number; delivers nothing.
    pub fn count(&self, recipient: &str) -> usize {
        self.to(recipient).len()
    }

    /// Delivers, then takes the newest message to an address or a phone number; panics when there is none.
    pub async fn latest(&self, recipient: &str) -> Letter {
        self.deliver().await;
        self.to(recipient).pop().unwrap_or_else(|| panic!("no message to {recipient}"))
    }

    /// Throws everything away.
    pub fn clear(&self) {
        self.world.gateway.clear_messages();
    }
}

/// A message that arrived.
#[derive(Clone, Debug)]
pub struct Letter(pub Message);

impl Letter {
    /// The subject; empty for an SMS.
    pub fn subject(&self) -> &str {
        self.0.subject.as_deref().unwrap_or_default()
    }

    /// The plain text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The one-time code: six digits by themselves; panics when there are none.
    pub fn code(&self) -> &str {
        let words = self.text().split(|letter: char| !letter.is_ascii_alphanumeric());
        let mut codes = words.filter(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()));
        codes.next().unwrap_or_else(|| panic!("no code: {}", self.text()))
    }

    /// The first web address; panics when there is none.
    pub fn link(&self) -> &str {
        let mut words = self.text().split_whitespace();
        let link = words.find(|word| word.starts_with("http://") || word.starts_with("https://"));
        link.unwrap_or_else(|| panic!("no link: {}", self.text()))
    }

    /// The value of `token=` in that address; panics when there is none.
    pub fn token(&self) -> &str {
        let parts = self.link().split(['?', '#', '&']).skip(1);
        let token = parts.filter_map(|part| part.strip_prefix("token=")).next();
        token.unwrap_or_else(|| panic!("no token: {}", self.link()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sandbox::Channel;

    use super::*;

    fn letter(text: &str) -> Letter {
        Letter(Message {
            id: uuid::Uuid::nil(),
            channel: Channel::Email,
            provider_ref: String::new(),
            from: String::new(),
            to: Vec::new(),
            subject: None,
            text: text.to_owned(),
            html: None,
            headers: BTreeMap::new(),
            tags: Vec::new(),
            idempotency_key: None,
            received_at: String::new(),
        })
    }

    #[test]
    fn codes_and_tokens_are_found_among_words() {
        assert_eq!(letter("طلب 12345678: رمزك 001122، صالح 10 دقائق").code(), "001122");
        let reset = letter("افتح\nhttps://qahwa.example/reset?lang=ar#token=0f.A_b-c\nثم 001122");
        assert_eq!((reset.link(), reset.token()), ("https://qahwa.example/reset?lang=ar#token=0f.A_b-c", "0f.A_b-c"));
    }
}
