//! What e-mails and text messages say.
//!
//! A message is written beside what it tells of, in the same statement, as an outbox row with a sealed [`Body`]; the job
//! [`deliver_messages`](crate::deliver_messages) opens, renders and sends it. The body holds facts (a code, a link's secret, the reader's
//! language) and no text, since only the deliverer knows the shop's name and address and, for a link, the account.
//!
//! No text repeats what a stranger typed, such as a name: a registration form must not be a way to send words of one's own to
//! somebody else's mailbox.

mod arabic;
mod english;
mod html;
mod letter;
mod links;
mod sealed;
mod sms;

#[cfg(test)]
mod tests;

pub use links::{LinkTarget, PublicOrigin};
pub use sealed::{Draft, MessageError, open};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use letter::Letter;

/// By what a message goes.
pub use commerce_db::auth::Channel;

/// What a message tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// A link that proves an e-mail address and finishes a registration.
    VerifyEmail {
        /// The link's secret, base64url of 32 bytes.
        secret: String,
    },
    /// A link by which somebody begins to work at the shop.
    Invitation {
        /// The link's secret, base64url of 32 bytes.
        secret: String,
    },
    /// Somebody registered with an address that has an account.
    AlreadyRegistered,
    /// A link to set a new password.
    ResetPassword {
        /// The link's secret, base64url of 32 bytes.
        secret: String,
    },
    /// The password is another one now.
    PasswordChanged,
    /// A code that signs in.
    SignIn {
        /// Six digits.
        code: String,
    },
    /// A code beside the password.
    SecondFactor {
        /// Six digits.
        code: String,
    },
    /// A code that proves an e-mail address.
    VerifyEmailCode {
        /// Six digits.
        code: String,
    },
    /// A code that proves a phone number.
    VerifyPhone {
        /// Six digits.
        code: String,
    },
    /// A sign-in on a device that the account has not been seen on.
    NewDevice {
        /// What it calls itself, as commerce-identity describes it: `Chrome on Android`.
        device: String,
        /// Address of the client.
        ip: Option<String>,
        /// When, in seconds since 1970.
        at: i64,
    },
}

impl Content {
    /// Stable name: the row's kind, and the category in the provider's statistics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::Invitation { .. } => "invitation",
            Self::AlreadyRegistered => "already_registered",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged => "password_changed",
            Self::SignIn { .. } => "sign_in",
            Self::SecondFactor { .. } => "second_factor",
            Self::VerifyEmailCode { .. } => "verify_email_code",
            Self::VerifyPhone { .. } => "verify_phone",
            Self::NewDevice { .. } => "new_device",
        }
    }

    /// The link's secret and where the link leads, for a message that carries one.
    #[must_use]
    pub fn link(&self) -> Option<(&str, LinkTarget)> {
        match self {
            Self::VerifyEmail { secret } => Some((secret, LinkTarget::VerifyEmail)),
            Self::Invitation { secret } => Some((secret, LinkTarget::AcceptInvitation)),
            Self::ResetPassword { secret } => Some((secret, LinkTarget::ResetPassword)),
            _ => None,
        }
    }

    /// A link's secret as it stands in a body.
    #[must_use]
    pub fn encode_secret(secret: &[u8; 32]) -> String {
        URL_SAFE_NO_PAD.encode(secret)
    }

    fn code(&self) -> Option<&str> {
        match self {
            Self::SignIn { code }
            | Self::SecondFactor { code }
            | Self::VerifyEmailCode { code }
            | Self::VerifyPhone { code } => Some(code),
            _ => None,
        }
    }
}

/// A link's secret from a body; `None` when it is none.
pub(crate) fn decode_secret(secret: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()
}

/// Languages that messages are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Arabic, right to left.
    #[serde(rename = "ar")]
    Arabic,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The first language of a list of tags (`ar`, `en-GB`) that messages are written in.
    #[must_use]
    pub fn pick<T: AsRef<str>>(tags: &[T]) -> Option<Self> {
        tags.iter().find_map(|tag| match tag.as_ref().split('-').next() {
            Some("ar") => Some(Self::Arabic),
            Some("en") => Some(Self::English),
            _ => None,
        })
    }

    /// Its tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Arabic => "ar",
            Self::English => "en",
        }
    }
}

/// What an outbox row holds, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// What to tell.
    #[serde(flatten)]
    pub content: Content,
    /// The reader's language; `None`: the shop's.
    pub language: Option<Language>,
    /// Seconds since 1970 from which it is of no use: a code that has expired is not sent.
    pub expires_at: i64,
    /// For how many minutes from its request a code or link is good, as the text says it.
    pub valid_min: u32,
}

/// What the deliverer knows beside the body.
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    /// Name of the shop in the reader's language.
    pub shop: &'a str,
    /// The link, for a message that carries one.
    pub link: Option<Link>,
}

/// A link, and what to paste where it cannot be opened.
#[derive(Clone, Debug)]
pub struct Link {
    /// Absolute address with the token in its fragment, which browsers send to no server.
    pub url: String,
    /// The token alone.
    pub token: String,
}

/// An e-mail, ready to be addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedEmail {
    /// One line.
    pub subject: String,
    /// A whole HTML document.
    pub html: String,
    /// The same as plain text.
    pub text: String,
}

/// Writes an e-mail.
#[must_use]
pub fn email(body: &Body, language: Language, surroundings: &Surroundings<'_>) -> RenderedEmail {
    let letter: Letter = match language {
        Language::Arabic => arabic::letter(body, surroundings),
        Language::English => english::letter(body, surroundings),
    };
    RenderedEmail {
        html: html::document(&letter, language, surroundings.shop),
        text: letter.plain(surroundings.shop),
        subject: letter.subject,
    }
}

/// Writes a text message, of one part wherever the shop's name can be cut to make it so; `None` for what goes by e-mail alone.
#[must_use]
pub fn sms(body: &Body, language: Language, shop: &str) -> Option<String> {
    sms::fit(shop, |shop| match language {
        Language::Arabic => arabic::sms(body, shop),
        Language::English => english::sms(body, shop),
    })
}
