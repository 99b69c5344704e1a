//! The private half: parsed from `token_signing_key`, or made for a rotation.

use std::fmt;

use jsonwebtoken::EncodingKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::{BigUint, RsaPrivateKey};
use serde::Deserialize;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::public::PublicKey;
use super::{GeneratedKey, PublicJwk, is_key_id};
use crate::encoding::{array_from_base64url, base64url, from_base64url};
use crate::keys::KeyError;

const VARIABLE: &str = "token_signing_key";

/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 §7).
const ED25519_PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What signs.
enum PrivateKey {
    /// The 32 bytes of RFC 8032.
    Ed25519(Zeroizing<[u8; 32]>),
    /// PKCS #1, DER.
    Rsa(Zeroizing<Vec<u8>>),
}

/// A private key with its public half and its name.
pub(crate) struct PrivateJwk {
    public: PublicJwk,
    key: PrivateKey,
}

impl fmt::Debug for PrivateJwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateJwk").field("public", &self.public).finish_non_exhaustive()
    }
}

/// The text form of either kind.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct RawJwk {
    kty: String,
    kid: String,
    crv: Option<String>,
    x: Option<String>,
    d: Option<String>,
    n: Option<String>,
    e: Option<String>,
    p: Option<String>,
    q: Option<String>,
}

impl RawJwk {
    fn ed25519(&self) -> Option<(PublicKey, PrivateKey)> {
        let seed = Zeroizing::new(array_from_base64url::<32>(self.d.as_deref()?)?);
        let point = public_point(&seed);
        let given: [u8; 32] = array_from_base64url(self.x.as_deref()?)?;
        (given == point).then_some((PublicKey::Ed25519(point), PrivateKey::Ed25519(seed)))
    }

    fn rsa(&self) -> Option<(PublicKey, PrivateKey)> {
        let bytes = |member: &Option<String>| from_base64url(member.as_deref()?).map(Zeroizing::new);
        let (n, e) = (bytes(&self.n)?, bytes(&self.e)?);
        let (d, p, q) = (bytes(&self.d)?, bytes(&self.p)?, bytes(&self.q)?);
        let public = PublicKey::rsa(n.to_vec(), e.to_vec())?;
        let number = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
        // Checks that the numbers belong together.
        let key =
            RsaPrivateKey::from_components(number(&n), number(&e), number(&d), vec![number(&p), number(&q)]).ok()?;
        let der = key.to_pkcs1_der().ok()?;
        Some((public, PrivateKey::Rsa(Zeroizing::new(der.as_bytes().to_vec()))))
    }
}

impl PrivateJwk {
    /// Reads the variable `token_signing_key`.
    pub(crate) fn parse(text: &str) -> Result<Self, KeyError> {
        let raw: RawJwk =
            serde_json::from_str(text).map_err(|_| KeyError::new(VARIABLE, "is not a private JWK with a kid"))?;
        if !is_key_id(&raw.kid) {
            return Err(KeyError::new(VARIABLE, "has a kid that is not 1 to 64 of A-Z a-z 0-9 _ -"));
        }
        let pair = match (raw.kty.as_str(), raw.crv.as_deref()) {
            ("OKP", Some("Ed25519")) => raw.ed25519(),
            ("RSA", None) => raw.rsa(),
            _ => None,
        };
        let (public, key) = pair.ok_or(KeyError::new(
            VARIABLE,
            "is neither a whole Ed25519 key nor a whole RSA key of 2048 to 4096 bits",
        ))?;
        Ok(Self { public: PublicJwk { key_id: raw.kid.clone(), key: public }, key })
    }

    pub(crate) fn public(&self) -> PublicJwk {
        self.public.clone()
    }

    pub(crate) fn encoding_key(&self) -> EncodingKey {
        match &self.key {
            PrivateKey::Rsa(der) => EncodingKey::from_rsa_der(der),
            PrivateKey::Ed25519(seed) => {
                let der = Zeroizing::new([&ED25519_PKCS8_PREFIX[..], &seed[..]].concat());
                EncodingKey::from_ed_der(&der)
            }
        }
    }
}

fn public_point(seed: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// Makes an Ed25519 pair from 32 random bytes, for the command that rotates keys.
///
/// # Errors
/// [`KeyError`] for a `key_id` that is not 1 to 64 of `A–Z a–z 0–9 _ -`.
pub fn generate_ed25519(key_id: &str, seed: [u8; 32]) -> Result<GeneratedKey, KeyError> {
    if !is_key_id(key_id) {
        return Err(KeyError::new(VARIABLE, "needs a kid of 1 to 64 of A-Z a-z 0-9 _ -"));
    }
    let seed = Zeroizing::new(seed);
    let point = public_point(&seed);
    let (d, x) = (Zeroizing::new(base64url(&seed[..])), base64url(&point));
    let private_jwk =
        Zeroizing::new(format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{key_id}","x":"{x}","d":"{}"}}"#, d.as_str()));
    Ok(GeneratedKey { private_jwk, public: PublicJwk { key_id: key_id.to_owned(), key: PublicKey::Ed25519(point) } })
}
