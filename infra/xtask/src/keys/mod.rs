//! The keys that sign access tokens: one signs, the others are still believed.
//!
//! Ed25519 as JSON Web Keys (RFC 8037). A key that no longer signs stays in the public set until the last token it signed has long
//! expired, so a rotation refuses nobody.

mod command;

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey as Ed25519;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub use command::{KeysArgs, run};

/// How long a retired key stays in the public set: far beyond the fifteen minutes that an access token lives.
pub const RETIRED_KEPT_S: u64 = 24 * 60 * 60;

/// A private Ed25519 key as a JSON Web Key.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct SigningKey {
    /// Key type: `OKP`.
    kty: String,
    /// Curve: `Ed25519`.
    crv: String,
    /// Key id: the key's thumbprint (RFC 7638).
    pub kid: String,
    /// Public key, base64url.
    pub x: String,
    /// Private key, base64url.
    d: String,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// The key that a seed stands for.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let public = Ed25519::from_bytes(seed).verifying_key();
        let x = URL_SAFE_NO_PAD.encode(public.as_bytes());
        Self { kty: "OKP".into(), crv: "Ed25519".into(), kid: thumbprint(&x), x, d: URL_SAFE_NO_PAD.encode(seed) }
    }

    /// A new key.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn generate() -> Result<Self> {
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed).map_err(|error| anyhow!("no random bytes from the system: {error}"))?;
        Ok(Self::from_seed(&seed))
    }

    /// Fails unless the public half belongs to the private one: a file edited by hand would otherwise refuse every token.
    fn check(&self) -> Result<()> {
        let seed: Option<[u8; 32]> = URL_SAFE_NO_PAD.decode(&self.d).ok().and_then(|bytes| bytes.try_into().ok());
        let whole = seed.is_some_and(|seed| Self::from_seed(&seed) == *self);
        ensure!(whole, "signing key {:?} is damaged", self.kid);
        Ok(())
    }
}

/// The public half of a key that no longer signs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct RetiredKey {
    /// Key id.
    pub kid: String,
    /// Public key, base64url.
    pub x: String,
    /// When it signed for the last time: seconds since 1970.
    pub retired_at: u64,
}

impl RetiredKey {
    fn is_believed(&self, now: u64) -> bool {
        now < self.retired_at.saturating_add(RETIRED_KEPT_S)
    }
}

/// The signing key with those before it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct SigningKeys {
    /// The key that signs.
    pub active: SigningKey,
    /// Keys whose tokens may still be about, the latest first.
    #[serde(default)]
    pub retired: Vec<RetiredKey>,
}

impl SigningKeys {
    /// A first key.
    pub fn new(active: SigningKey) -> Self {
        Self { active, retired: Vec::new() }
    }

    /// Lets `next` sign from `now` (seconds since 1970); the key before it is believed for [`RETIRED_KEPT_S`] more.
    pub fn rotate(&mut self, next: SigningKey, now: u64) {
        let last = std::mem::replace(&mut self.active, next);
        self.retired.retain(|key| key.is_believed(now));
        self.retired.insert(0, RetiredKey { kid: last.kid, x: last.x, retired_at: now });
    }

    /// The private JSON Web Key that signs.
    ///
    /// # Errors
    /// When its halves do not belong together.
    pub fn private_jwk(&self) -> Result<String> {
        self.active.check()?;
        Ok(serde_json::to_string(&self.active)?)
    }

    /// The public JSON Web Key set at `now` (seconds since 1970).
    pub fn public_set(&self, now: u64) -> Value {
        let retired = self.retired.iter().filter(|key| key.is_believed(now)).map(|key| public_jwk(&key.kid, &key.x));
        let keys: Vec<Value> = std::iter::once(public_jwk(&self.active.kid, &self.active.x)).chain(retired).collect();
        json!({ "keys": keys })
    }
}

fn public_jwk(kid: &str, x: &str) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x, "alg": "EdDSA", "use": "sig"})
}

/// RFC 7638 with the members that RFC 8037 §2 names, in their order.
fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members.as_bytes()))
}

/// Seconds since 1970.
///
/// # Errors
/// When the clock stands before 1970.
pub fn now() -> Result<u64> {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map(|elapsed| elapsed.as_secs()).map_err(|_| anyhow!("the clock stands before 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.1 to A.3.
    const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&[seed; 32])
    }

    fn kids(set: &Value) -> Vec<&str> {
        set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect()
    }

    #[test]
    fn a_key_is_that_of_the_standard() {
        let seed: [u8; 32] = URL_SAFE_NO_PAD.decode(SEED).unwrap().try_into().unwrap();
        let keys = SigningKeys::new(SigningKey::from_seed(&seed));
        let private: Value = serde_json::from_str(&keys.private_jwk().unwrap()).unwrap();
        let expected = json!({"kty": "OKP", "crv": "Ed25519", "kid": THUMBPRINT, "x": PUBLIC, "d": SEED});
        assert_eq!(private, expected);
    }

    #[test]
    fn what_is_public_holds_no_secret() {
        let mut keys = SigningKeys::new(key(1));
        keys.rotate(key(2), 100);
        let set = keys.public_set(100);
        for jwk in set["keys"].as_array().unwrap() {
            assert_eq!(jwk["alg"], "EdDSA");
            assert!(jwk.get("d").is_none());
        }
        let shown = format!("{keys:?} {set}");
        assert!(!shown.contains(&key(1).d) && !shown.contains(&key(2).d));
    }

    #[test]
    fn a_retired_key_is_believed_for_a_day() {
        let mut keys = SigningKeys::new(key(1));
        keys.rotate(key(2), 1_000);
        assert_eq!(keys.active, key(2));
        let (first, second) = (key(1).kid, key(2).kid);
        assert_eq!(kids(&keys.public_set(1_000)), [&second, &first]);
        assert_eq!(kids(&keys.public_set(1_000 + RETIRED_KEPT_S - 1)), [&second, &first]);
        assert_eq!(kids(&keys.public_set(1_000 + RETIRED_KEPT_S)), [&second]);

        keys.rotate(key(3), 2_000);
        assert_eq!(kids(&keys.public_set(2_000)), [&key(3).kid, &second, &first]);
        keys.rotate(key(4), 2_000 + RETIRED_KEPT_S);
        assert_eq!(
            keys.retired.iter().map(|key| &key.kid).collect::<Vec<_>>(),
            [&key(3).kid],
            "the others are dropped"
        );
    }

    #[test]
    fn halves_that_do_not_belong_together_are_noticed() {
        let mut keys = SigningKeys::new(key(1));
        keys.active.x = key(2).x;
        assert!(keys.private_jwk().unwrap_err().to_string().contains("damaged"));
        keys.active = SigningKey { d: "short".into(), ..key(1) };
        assert!(keys.private_jwk().is_err());
    }
}
