//! What is secret about identity, and the application's variables made of it.

use anyhow::{Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::digest::hex;
use crate::keys::{SigningKey, SigningKeys};

/// A key that seals what is stored encrypted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealingKey {
    /// Its name, which every sealed value begins with.
    pub id: String,
    /// 32 bytes, base64url.
    pub key: String,
}

/// The keys of passwords, codes, tokens and messages.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Mixed into every password before it is hashed.
    pub password_pepper: String,
    /// HMAC key of one-time codes and of fingerprints.
    pub code_key: String,
    /// Keys of stored secrets: the first seals, all open.
    pub sealing_keys: Vec<SealingKey>,
    /// Keys of access tokens.
    pub signing: SigningKeys,
    /// Key at the e-mail provider.
    pub email_key: String,
    /// Key at the SMS provider.
    pub sms_key: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("signing", &self.signing).finish_non_exhaustive()
    }
}

impl Identity {
    /// Everything new.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn generate() -> Result<Self> {
        let sealing = SealingKey { id: "k1".into(), key: URL_SAFE_NO_PAD.encode(random()?) };
        Ok(Self {
            password_pepper: hex(&random()?),
            code_key: hex(&random()?),
            sealing_keys: vec![sealing],
            signing: SigningKeys::new(SigningKey::generate()?),
            email_key: format!("re_{}", hex(&random()?)),
            sms_key: hex(&random()?),
        })
    }

    /// Everything made from one byte: for tests and benches, which know the keys and keep no secret.
    pub fn known(seed: u8) -> Self {
        let text = |name: &str| format!("{name}-of-no-secrecy-at-all-{seed:03}");
        Self {
            password_pepper: text("password-pepper"),
            code_key: text("code-key"),
            sealing_keys: vec![SealingKey { id: "k1".into(), key: URL_SAFE_NO_PAD.encode([seed; 32]) }],
            signing: SigningKeys::new(SigningKey::from_seed(&[seed; 32])),
            email_key: text("re_email-key"),
            sms_key: text("sms-key"),
        }
    }

    /// The keys at the message providers, as the application and the sandbox take them.
    pub fn message_credentials(&self) -> String {
        json!({ "email": self.email_key, "sms": self.sms_key }).to_string()
    }

    /// The application's variables about identity, when both message providers are at `messages_url`; `now` is in seconds since 1970.
    ///
    /// # Errors
    /// When a key is damaged.
    pub fn variables(&self, messages_url: &str, now: u64) -> Result<[(&'static str, String); 8]> {
        Ok([
            ("token_signing_key", self.signing.private_jwk()?),
            ("token_jwks", self.signing.public_set(now).to_string()),
            ("password_pepper", self.password_pepper.clone()),
            ("code_key", self.code_key.clone()),
            ("sealing_keys", serde_json::to_string(&self.sealing_keys)?),
            ("email_api_url", messages_url.to_owned()),
            ("sms_api_url", messages_url.to_owned()),
            ("message_credentials", self.message_credentials()),
        ])
    }
}

/// 256 random bits.
fn random() -> Result<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random bytes from the system: {error}"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    #[test]
    fn variables_have_the_form_that_components_read() {
        let identity = Identity::generate().unwrap();
        let variables = BTreeMap::from(identity.variables("http://127.0.0.1:3100", 0).unwrap());
        let parsed = |name: &str| serde_json::from_str::<Value>(&variables[name]).unwrap();
        assert_eq!(parsed("token_signing_key")["kid"], parsed("token_jwks")["keys"][0]["kid"]);
        assert!(!variables["token_jwks"].contains("\"d\""));
        let sealing = parsed("sealing_keys")[0]["key"].as_str().unwrap().to_owned();
        assert_eq!(URL_SAFE_NO_PAD.decode(sealing).unwrap().len(), 32);
        assert!(variables["password_pepper"].len() >= 32 && variables["code_key"].len() >= 32);
        assert_eq!(parsed("message_credentials"), json!({"email": identity.email_key, "sms": identity.sms_key}));
    }

    #[test]
    fn nothing_secret_shows() {
        let identity = Identity::generate().unwrap();
        let shown = format!("{identity:?}");
        for secret in
            [&identity.password_pepper, &identity.code_key, &identity.sealing_keys[0].key, &identity.email_key]
        {
            assert!(!shown.contains(secret.as_str()));
        }
    }

    #[test]
    fn known_keys_are_long_enough_and_differ_by_seed() {
        let (one, two) = (Identity::known(1), Identity::known(2));
        assert!(one.password_pepper.len() >= 32 && one.code_key.len() >= 32);
        assert_ne!(one.signing.active.kid, two.signing.active.kid);
        assert_eq!(one, Identity::known(1));
    }
}
