//! Keys that say on which day their value expires, so that old ones are found without reading them: the store has no expiry
//! of its own, and what is written once per request must go away by itself.

use uuid::Uuid;

use crate::{Key, KvError, store};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// A value that is kept for one day.
#[derive(Clone, Copy, Debug)]
pub struct Dated<'a> {
    /// The tenant.
    pub tenant: Uuid,
    /// What kind of value.
    pub thing: &'static str,
    /// Which one.
    pub id: &'a str,
}

impl Dated<'_> {
    /// The key under which a value of now is written, and when it expires: a day from now, in milliseconds since the epoch.
    #[must_use]
    pub fn written_at(&self, now_ms: u64) -> (Key, u64) {
        let expires_at_ms = now_ms + DAY_MS;
        (self.key(expires_at_ms / DAY_MS), expires_at_ms)
    }

    /// The keys under which a value that has not expired may be, the likelier first.
    #[must_use]
    pub fn readable_at(&self, now_ms: u64) -> [Key; 2] {
        let today = now_ms / DAY_MS;
        [self.key(today + 1), self.key(today)]
    }

    fn key(&self, day: u64) -> Key {
        Key::of_tenant(self.tenant, self.thing, &format!("{day}:{}", self.id))
    }
}

/// Deletes dated values of a kind whose day is over, at most `most`, and tells how many there were.
///
/// # Errors
/// When the store fails or does not answer in time.
pub async fn sweep(thing: &'static str, now_ms: u64, most: usize) -> Result<usize, KvError> {
    let today = now_ms / DAY_MS;
    let old = store::keys_where(|key| day_of(thing, key).is_some_and(|day| day < today), most).await?;
    for key in &old {
        store::delete_raw(key).await?;
    }
    Ok(old.len())
}

/// The day in a dated key of a kind: `v1:<tenant>:<thing>:<day>:<id>`.
fn day_of(thing: &str, key: &str) -> Option<u64> {
    let mut parts = key.splitn(5, ':');
    let (version, _tenant, kind, day, _id) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (version == "v1" && kind == thing).then(|| day.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: Dated<'static> = Dated { tenant: Uuid::nil(), thing: "answer", id: "ab" };

    #[test]
    fn a_value_is_found_for_a_day() {
        let (key, expires_at_ms) = ANSWER.written_at(3 * DAY_MS + 5);
        assert_eq!(expires_at_ms, 4 * DAY_MS + 5);
        for later in [0, 1_000, DAY_MS - 6, DAY_MS - 1] {
            assert!(ANSWER.readable_at(3 * DAY_MS + 5 + later).contains(&key), "{later}");
        }
    }

    #[test]
    fn a_key_tells_its_day_and_no_other_key_does() {
        let (key, _) = ANSWER.written_at(3 * DAY_MS);
        assert_eq!(day_of("answer", key.as_str()), Some(4));
        for other in ["v1:host:slug/qahwa", "v1:0:read:4:ab", "v2:0:answer:4:ab", "v1:0:answer:x:ab", "answer", ""] {
            assert_eq!(day_of("answer", other), None, "{other}");
        }
    }
}
