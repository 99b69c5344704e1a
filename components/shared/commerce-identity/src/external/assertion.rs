//! How Apple learns that it is us: a client secret that is a JWT, signed `ES256` by a key of ours that Apple knows.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey};
use zeroize::Zeroizing;

use crate::encoding::base64url;

/// The audience of the assertion (Apple, "Creating a client secret").
const AUDIENCE: &str = "https://appleid.apple.com";
/// Seconds that an assertion is good; Apple allows six months, one exchange needs a moment.
const TTL_S: i64 = 300;

/// The key that an Apple developer team has made for Sign in with Apple.
pub struct AssertionKey {
    team_id: String,
    key_id: String,
    key: EncodingKey,
}

impl AssertionKey {
    /// Takes the team's id, the key's id and the key as Apple hands it out (`.p8`: PKCS #8 in PEM). `None` for anything else.
    #[must_use]
    pub fn new(team_id: &str, key_id: &str, private_key: &str) -> Option<Self> {
        let body = private_key.trim().strip_prefix("-----BEGIN PRIVATE KEY-----")?;
        let body = body.strip_suffix("-----END PRIVATE KEY-----")?;
        let body: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
        let der = Zeroizing::new(STANDARD.decode(body.as_bytes()).ok()?);
        let key = Self { team_id: team_id.into(), key_id: key_id.into(), key: EncodingKey::from_ec_der(&der) };
        // A key of another kind shows only when it signs.
        key.sign("", 0).map(|_| key)
    }

    /// `client_secret` for a client; good for five minutes.
    #[must_use]
    pub fn sign(&self, client_id: &str, now: i64) -> Option<String> {
        let header = serde_json::json!({ "alg": "ES256", "kid": self.key_id });
        let claims = serde_json::json!({
            "iss": self.team_id, "iat": now, "exp": now.saturating_add(TTL_S), "aud": AUDIENCE, "sub": client_id,
        });
        let message =
            format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::ES256).ok()?;
        Some(format!("{message}.{signature}"))
    }
}

impl fmt::Debug for AssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssertionKey")
            .field("team_id", &self.team_id)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7515 appendix A.3: the P-256 key of the ES256 example, wrapped in PKCS #8 (RFC 5208).
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\nH1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n-----END PRIVATE KEY-----\n";
    const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    #[test]
    fn the_assertion_is_signed_by_the_teams_key() {
        let secret = AssertionKey::new("TEAM", "KEY1", KEY).unwrap().sign("sa.wasla.shop", 1_800_000_000).unwrap();
        let (message, signature) = secret.rsplit_once('.').unwrap();
        let key = jsonwebtoken::DecodingKey::from_ec_components(X, Y).unwrap();
        assert!(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Algorithm::ES256).unwrap());
        let claims = crate::encoding::from_base64url(message.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(
            (&claims["iss"], &claims["sub"], &claims["exp"]),
            (&"TEAM".into(), &"sa.wasla.shop".into(), &1_800_000_300.into())
        );
    }

    #[test]
    fn unusable_keys_are_none_and_none_is_shown() {
        for key in ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
            assert!(AssertionKey::new("TEAM", "KEY1", key).is_none(), "{key}");
        }
        let shown = format!("{:?}", AssertionKey::new("TEAM", "KEY1", KEY).unwrap());
        assert_eq!(shown, r#"AssertionKey { team_id: "TEAM", key_id: "KEY1", .. }"#);
    }
}
