//! Signatures of webhooks after the Standard Webhooks specification 1.0.0, which Svix (and so Clerk) follows: HMAC-SHA-256 over
//! `<id>.<timestamp>.<body>`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a secret begins with in its text form.
const SECRET_PREFIX: &str = "whsec_";
/// What a symmetric signature begins with.
const SIGNATURE_PREFIX: &str = "v1,";
/// Bytes of a secret (Standard Webhooks, "Signature scheme").
const SECRET_LEN: std::ops::RangeInclusive<usize> = 24..=64;
/// How far the time of an attempt may be off, in seconds: what the reference libraries allow.
const TOLERANCE_S: i64 = 300;
/// Most signatures that are looked at: one for each secret during a rotation, and room.
const MAX_SIGNATURES: usize = 10;

/// Why a webhook is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Not signed by us both, or changed.
    #[error("the signature does not verify")]
    Signature,
    /// Sent too long ago, or in the future: a recording.
    #[error("the time of the attempt is too far off")]
    Time,
}

/// The secret of one endpoint.
pub struct WebhookSecret(Hmac<Sha256>);

impl WebhookSecret {
    /// Reads `whsec_` and base64 of 24 to 64 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(SECRET_PREFIX)?).ok()?;
        if !SECRET_LEN.contains(&bytes.len()) {
            return None;
        }
        Hmac::new_from_slice(&bytes).ok().map(Self)
    }

    /// Verifies one attempt: `id`, `timestamp` and `signatures` are the values of `webhook-id`, `webhook-timestamp` and
    /// `webhook-signature` (Svix: `svix-…`), `body` the bytes as they came.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn verify(
        &self,
        id: &str,
        timestamp: &str,
        signatures: &str,
        body: &[u8],
        now: i64,
    ) -> Result<(), WebhookError> {
        // An id with a dot could move the border between id and time.
        if id.is_empty() || id.contains('.') {
            return Err(WebhookError::Signature);
        }
        let mut mac = self.0.clone();
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        let symmetric = signatures.split(' ').take(MAX_SIGNATURES).filter_map(|one| one.strip_prefix(SIGNATURE_PREFIX));
        let mut given = symmetric.filter_map(|text| STANDARD.decode(text).ok());
        if !given.any(|signature| mac.clone().verify_slice(&signature).is_ok()) {
            return Err(WebhookError::Signature);
        }
        let sent_at: i64 = timestamp.parse().map_err(|_| WebhookError::Time)?;
        if sent_at.abs_diff(now) > TOLERANCE_S.unsigned_abs() { Err(WebhookError::Time) } else { Ok(()) }
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the Svix documentation, "Verifying webhooks manually".
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const NOW: i64 = 1_614_265_330;

    #[test]
    fn the_documented_example_verifies() {
        let secret = WebhookSecret::parse(SECRET).unwrap();
        assert_eq!(secret.verify(ID, TIMESTAMP, SIGNATURE, BODY, NOW), Ok(()));
        let rotated = format!("v1,AAAA v1a,xyz {SIGNATURE}");
        assert_eq!(secret.verify(ID, TIMESTAMP, &rotated, BODY, NOW + 300), Ok(()));
        assert_eq!(format!("{secret:?}"), "WebhookSecret(..)");
    }

    #[test]
    fn whatever_was_changed_does_not_verify() {
        let secret = WebhookSecret::parse(SECRET).unwrap();
        let refused = |id: &str, timestamp: &str, signature: &str, body: &[u8]| {
            secret.verify(id, timestamp, signature, body, NOW) == Err(WebhookError::Signature)
        };
        assert!(refused("msg_2", TIMESTAMP, SIGNATURE, BODY) && refused("", TIMESTAMP, SIGNATURE, BODY));
        assert!(refused(ID, "1614265331", SIGNATURE, BODY) && refused(ID, "x", SIGNATURE, BODY));
        assert!(refused(ID, TIMESTAMP, SIGNATURE, b"{}"));
        for signature in ["", "v1", "v1,", "v1,AAAA", &SIGNATURE.replace("v1,", "v2,"), &SIGNATURE.replace("v1,", "")] {
            assert!(refused(ID, TIMESTAMP, signature, BODY), "{signature}");
        }
        let other = WebhookSecret::parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        assert_eq!(other.verify(ID, TIMESTAMP, SIGNATURE, BODY, NOW), Err(WebhookError::Signature));
    }

    #[test]
    fn a_recording_is_refused() {
        let secret = WebhookSecret::parse(SECRET).unwrap();
        for now in [NOW + 301, NOW - 301] {
            assert_eq!(secret.verify(ID, TIMESTAMP, SIGNATURE, BODY, now), Err(WebhookError::Time));
        }
    }

    #[test]
    fn unusable_secrets_are_none() {
        for text in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%%"] {
            assert!(WebhookSecret::parse(text).is_none(), "{text}");
        }
    }
}
