//! What a foreign token says, and whether it says it to us.

use commerce_domain::text::is_unprintable;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::encoding::equal;
use crate::identifier::Identifier;
use crate::token::{CLOCK_SKEW_S, TokenError, TokenErrorKind};

/// Most bytes of a subject (OpenID Connect Core §2).
const MAX_SUBJECT_LEN: usize = 255;
/// Latest date that is believed: the end of the year 9999.
const MAX_TIME: f64 = 253_402_300_799.0;
/// Domains of Gmail.
const GMAIL: [&str; 2] = ["gmail.com", "googlemail.com"];
/// Most characters of a name that are taken over.
const MAX_NAME_CHARS: usize = 120;

/// To whom a token must speak.
#[derive(Clone, Copy, Debug)]
pub enum Party<'a> {
    /// An ID token for this client, of the run with this nonce (OpenID Connect Core §3.1.3.7).
    Client {
        /// Our `client_id`.
        id: &'a str,
        /// The run's nonce.
        nonce: &'a str,
    },
    /// A token that one of these pages has got for its user (Clerk's session tokens): its `azp` is one of them, and it is for no other
    /// audience.
    Pages(&'a [String]),
}

/// Somebody whom a provider has proved.
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalPerson {
    /// What the provider calls them, for good.
    pub subject: String,
    /// Their e-mail, normalised.
    pub email: Option<String>,
    /// Whether the provider says that the e-mail is theirs.
    pub email_verified: bool,
    /// Whether the provider itself hosts the e-mail: an address at Gmail, or in the domain that a token of Google Workspace names (`hd`). Other
    /// addresses may have changed hands since Google has verified them (Google, "Verify the Google ID token").
    pub email_hosted: bool,
    /// May be empty.
    pub given_name: String,
    /// May be empty.
    pub family_name: String,
}

commerce_domain::opaque_debug!(ExternalPerson);

impl ExternalPerson {
    /// Takes over what is usable; a name is cut, an e-mail that is none is left out. `None` without a usable subject.
    #[must_use]
    pub fn new(subject: &str, email: Option<&str>, email_verified: bool, names: [Option<&str>; 2]) -> Option<Self> {
        let usable = (1..=MAX_SUBJECT_LEN).contains(&subject.len()) && !subject.chars().any(is_unprintable);
        let [given_name, family_name] = names.map(|name| clean_name(name.unwrap_or_default()));
        let email = email.and_then(|email| Identifier::email(email).ok()).map(|email| email.as_str().to_owned());
        usable.then(|| Self {
            subject: subject.to_owned(),
            email_verified: email_verified && email.is_some(),
            email_hosted: false,
            email,
            given_name,
            family_name,
        })
    }

    /// The same person, with given and family name as they were told elsewhere, if the token tells neither.
    #[must_use]
    pub fn or_named(mut self, [given, family]: [&str; 2]) -> Self {
        if self.given_name.is_empty() && self.family_name.is_empty() {
            (self.given_name, self.family_name) = (clean_name(given), clean_name(family));
        }
        self
    }
}

fn clean_name(name: &str) -> String {
    let printable: String = name.chars().filter(|character| !is_unprintable(*character)).collect();
    let cut: String = printable.trim().chars().take(MAX_NAME_CHARS).collect();
    cut.trim_end().to_owned()
}

/// One audience or several (RFC 7519 §4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Apple writes booleans as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Boolean(bool),
    Text(String),
}

/// `NumericDate` (RFC 7519 §2), which may have a fraction.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let date = f64::deserialize(deserializer)?;
    if (0.0..=MAX_TIME).contains(&date) { Ok(date as i64) } else { Err(D::Error::custom("no date")) }
}

fn some_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    seconds(deserializer).map(Some)
}

/// The claims that are looked at; providers add what they like.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    sub: String,
    aud: Option<Audience>,
    azp: Option<String>,
    /// Somebody acts as the user (RFC 8693 §4.1): an administrator of theirs, not the person.
    act: Option<serde::de::IgnoredAny>,
    #[serde(deserialize_with = "seconds")]
    exp: i64,
    #[serde(deserialize_with = "seconds")]
    iat: i64,
    #[serde(default, deserialize_with = "some_seconds")]
    nbf: Option<i64>,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<Flag>,
    given_name: Option<String>,
    family_name: Option<String>,
    name: Option<String>,
    hd: Option<String>,
    /// Clerk: `pending` while the user still has to do something before they count as signed in.
    sts: Option<String>,
}

impl Claims {
    /// Whether issuer, audience and times are right; then who it is.
    pub(super) fn check(self, issuer: &str, party: Party<'_>, now: i64) -> Result<ExternalPerson, TokenError> {
        let refused = |kind| Err(TokenError::new(kind));
        if self.iss != issuer {
            return refused(TokenErrorKind::Issuer);
        }
        if !self.speaks_to(party) {
            return refused(TokenErrorKind::Audience);
        }
        if self.exp <= now {
            return refused(TokenErrorKind::Expired);
        }
        let latest = now.saturating_add(CLOCK_SKEW_S);
        if self.iat > latest || self.nbf.is_some_and(|nbf| nbf > latest) {
            return refused(TokenErrorKind::NotYet);
        }
        if self.act.is_some() || self.sts.as_deref().is_some_and(|status| status != "active") {
            return refused(TokenErrorKind::Audience);
        }
        let verified = match &self.email_verified {
            Some(Flag::Boolean(verified)) => *verified,
            Some(Flag::Text(text)) => text == "true",
            None => false,
        };
        let given_name = self.given_name.as_deref().or(self.name.as_deref());
        let names = [given_name, self.family_name.as_deref()];
        let person = ExternalPerson::new(&self.sub, self.email.as_deref(), verified, names);
        let mut person = person.ok_or(TokenError::new(TokenErrorKind::Malformed))?;
        let domain = person.email.as_deref().and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
        person.email_hosted =
            domain.is_some_and(|domain| GMAIL.contains(&domain) || self.hd.as_deref() == Some(domain));
        Ok(person)
    }

    fn speaks_to(&self, party: Party<'_>) -> bool {
        match party {
            Party::Client { id, nonce } => {
                let named = match &self.aud {
                    Some(Audience::One(one)) => one == id,
                    Some(Audience::Several(several)) => {
                        several.iter().any(|one| one == id) && (several.len() == 1 || self.azp.is_some())
                    }
                    None => false,
                };
                let of_this_run = self.nonce.as_ref().is_some_and(|given| equal(given.as_bytes(), nonce.as_bytes()));
                named && of_this_run && self.azp.as_ref().is_none_or(|azp| azp == id)
            }
            Party::Pages(pages) => self.aud.is_none() && self.azp.as_ref().is_some_and(|azp| pages.contains(azp)),
        }
    }
}
