//! The public half: parsed from `token_jwks`, rendered for `/.well-known/jwks.json`.

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::{Deserialize, Serialize};

use super::is_key_id;
use crate::encoding::{array_from_base64url, base64url, from_base64url};
use crate::keys::KeyError;

const VARIABLE: &str = "token_jwks";

/// Bytes of an RSA modulus: 2048 to 4096 bits. More would let one verification take long.
const RSA_MODULUS_LEN: std::ops::RangeInclusive<usize> = 256..=512;

/// Most keys of a foreign set that are looked at.
const MAX_KEYS_OF_OTHERS: usize = 32;

/// What verifies a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// A compressed point of Ed25519; signs `EdDSA`.
    Ed25519([u8; 32]),
    /// Modulus and exponent, big-endian without leading zeros; signs `RS256`.
    Rsa {
        /// Modulus.
        n: Vec<u8>,
        /// Exponent.
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// The one algorithm that this key is used with.
    pub(crate) const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519(_) => Algorithm::EdDSA,
            Self::Rsa { .. } => Algorithm::RS256,
        }
    }

    /// The `alg` of [`Self::algorithm`], as headers and keys write it.
    #[must_use]
    pub const fn algorithm_name(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "EdDSA",
            Self::Rsa { .. } => "RS256",
        }
    }

    pub(crate) fn decoding_key(&self) -> DecodingKey {
        match self {
            Self::Ed25519(point) => DecodingKey::from_ed_der(point),
            Self::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
        }
    }

    /// Checks an RSA modulus and exponent for size and shape.
    pub(super) fn rsa(n: Vec<u8>, e: Vec<u8>) -> Option<Self> {
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
        let trimmed = |number: &[u8]| number.first().is_some_and(|byte| *byte != 0);
        let exponent_fits = (1..=4).contains(&e.len()) && e != [1];
        let fits =
            RSA_MODULUS_LEN.contains(&n.len()) && exponent_fits && [&n, &e].iter().all(|one| odd(one) && trimmed(one));
        fits.then_some(Self::Rsa { n, e })
    }
}

/// A public key with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicJwk {
    /// The `kid`: 1 to 64 of `A–Z a–z 0–9 _ -`.
    pub key_id: String,
    /// The key.
    pub key: PublicKey,
}

/// The text form of either kind. Members that are not named here (`x5c`, `key_ops`, …) are passed over, never used.
#[derive(Deserialize, Serialize)]
struct RawJwk {
    kty: String,
    /// Absent in some sets of one key; never in ours.
    #[serde(default)]
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing)]
    d: Option<serde::de::IgnoredAny>,
}

impl RawJwk {
    fn key(&self) -> Option<PublicKey> {
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("OKP", Some("Ed25519")) => {
                let point: [u8; 32] = array_from_base64url(self.x.as_deref()?)?;
                let known = ed25519_dalek::VerifyingKey::from_bytes(&point).ok()?;
                (!known.is_weak()).then_some(PublicKey::Ed25519(point))
            }
            ("RSA", None) => PublicKey::rsa(from_base64url(self.n.as_deref()?)?, from_base64url(self.e.as_deref()?)?),
            _ => None,
        }
    }

    fn check(self) -> Result<PublicJwk, KeyError> {
        if !is_key_id(&self.kid) {
            return Err(KeyError::new(VARIABLE, "has a key whose kid is not 1 to 64 of A-Z a-z 0-9 _ -"));
        }
        self.check_key()
    }

    /// All but the name, which others choose as they like.
    fn check_key(self) -> Result<PublicJwk, KeyError> {
        if self.d.is_some() {
            return Err(KeyError::new(VARIABLE, "holds a private key"));
        }
        let key = self
            .key()
            .ok_or(KeyError::new(VARIABLE, "has a key that is neither Ed25519 nor RSA of 2048 to 4096 bits"))?;
        if self.alg.is_some_and(|alg| alg != key.algorithm_name())
            || self.purpose.is_some_and(|purpose| purpose != "sig")
        {
            return Err(KeyError::new(VARIABLE, "has a key that is not for signatures of its own kind"));
        }
        Ok(PublicJwk { key_id: self.kid, key })
    }
}

impl From<&PublicJwk> for RawJwk {
    fn from(jwk: &PublicJwk) -> Self {
        let (kty, crv, x, n, e) = match &jwk.key {
            PublicKey::Ed25519(point) => ("OKP", Some("Ed25519".to_owned()), Some(base64url(point)), None, None),
            PublicKey::Rsa { n, e } => ("RSA", None, None, Some(base64url(n)), Some(base64url(e))),
        };
        Self {
            kty: kty.to_owned(),
            kid: jwk.key_id.clone(),
            alg: Some(jwk.key.algorithm_name().to_owned()),
            purpose: Some("sig".to_owned()),
            crv,
            x,
            n,
            e,
            d: None,
        }
    }
}

/// The keys whose signatures are accepted: the current one and, during a rotation, the one before or after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwkSet(Vec<PublicJwk>);

/// The text form of a set.
#[derive(Deserialize, Serialize)]
struct RawSet {
    keys: Vec<RawJwk>,
}

impl JwkSet {
    /// Makes a set of at least one key, each with another name.
    ///
    /// # Errors
    /// [`KeyError`] when it is empty or a name comes twice.
    pub fn new(keys: Vec<PublicJwk>) -> Result<Self, KeyError> {
        if keys.is_empty() {
            return Err(KeyError::new(VARIABLE, "holds no key"));
        }
        let twice =
            |(index, key): (usize, &PublicJwk)| keys.iter().skip(index + 1).any(|other| other.key_id == key.key_id);
        if keys.iter().enumerate().any(twice) {
            return Err(KeyError::new(VARIABLE, "names two keys alike"));
        }
        Ok(Self(keys))
    }

    /// Reads the variable `token_jwks`: `{"keys":[…]}`. Stricter than RFC 7517: a key that this crate cannot use is an error, not
    /// passed over, because the set is our own.
    ///
    /// # Errors
    /// [`KeyError`] for anything else, and for a set that holds a private key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let raw: RawSet = serde_json::from_str(text).map_err(|_| KeyError::new(VARIABLE, "is not a JWK set"))?;
        Self::new(raw.keys.into_iter().map(RawJwk::check).collect::<Result<_, _>>()?)
    }

    /// Reads the set that somebody else publishes: keys that this crate cannot use are passed over (RFC 7517 §5), as is the second of a
    /// name. `None` when none is left.
    #[must_use]
    pub fn of_others(text: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct AnySet {
            keys: Vec<serde_json::Value>,
        }
        let raw: AnySet = serde_json::from_slice(text).ok()?;
        let mut keys: Vec<PublicJwk> = Vec::new();
        for value in raw.keys.into_iter().take(MAX_KEYS_OF_OTHERS) {
            let jwk = RawJwk::deserialize(value).ok().and_then(|raw| raw.check_key().ok());
            if let Some(jwk) = jwk.filter(|jwk| keys.iter().all(|known| known.key_id != jwk.key_id)) {
                keys.push(jwk);
            }
        }
        Self::new(keys).ok()
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &[PublicJwk] {
        &self.0
    }

    /// The set for `/.well-known/jwks.json`: public members alone.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&RawSet { keys: self.0.iter().map(RawJwk::from).collect() }).unwrap_or_default()
    }
}
