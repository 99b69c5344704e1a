//! JSON Web Keys (RFC 7517): the private key that signs, the public ones that verify, and a new pair for a rotation.
//!
//! Two kinds are known: Ed25519 (RFC 8037), the default, and RSA of 2048 to 4096 bits (RFC 7518 §6.3).

mod private;
mod public;

pub(crate) use private::PrivateJwk;
pub use private::generate_ed25519;
pub use public::{JwkSet, PublicJwk, PublicKey};

use std::fmt;

use zeroize::Zeroizing;

/// A new key pair.
pub struct GeneratedKey {
    /// The value of the variable `token_signing_key`. Cleared when dropped.
    pub private_jwk: Zeroizing<String>,
    /// What to publish.
    pub public: PublicJwk,
}

impl fmt::Debug for GeneratedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratedKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Whether text is fit to name a key: 1 to 64 of `A–Z a–z 0–9 _ -`.
pub(crate) fn is_key_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_pair_belongs_together_and_hides_its_secret() {
        let pair = generate_ed25519("k2", [7; 32]).unwrap();
        let set = JwkSet::new(vec![pair.public.clone()]).unwrap();
        assert_eq!(PrivateJwk::parse(&pair.private_jwk).unwrap().public(), pair.public);
        assert!(!format!("{pair:?}").contains(&crate::encoding::base64url(&[7; 32])));
        assert!(!set.to_json().contains("\"d\""));
        assert!(generate_ed25519("no spaces", [7; 32]).is_err());
    }

    #[test]
    fn rfc_8037_appendix_a_gives_the_same_public_key() {
        // RFC 8037, appendix A.1 and A.2.
        let private = PrivateJwk::parse(
            r#"{"kty":"OKP","crv":"Ed25519","kid":"a","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
                "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        );
        assert!(private.is_ok());
    }

    #[test]
    fn a_private_key_whose_halves_differ_is_refused() {
        let other = crate::encoding::base64url(&[9; 32]);
        for (d, x) in [(other.as_str(), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"), ("AA", "AA"), ("", "")] {
            let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"a","d":"{d}","x":"{x}"}}"#);
            assert_eq!(PrivateJwk::parse(&jwk).unwrap_err().variable, "token_signing_key");
        }
    }

    #[test]
    fn unusable_sets_are_refused() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let good = format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"a","x":"{x}"}}"#);
        assert!(JwkSet::parse(&format!(r#"{{"keys":[{good}]}}"#)).is_ok());
        for keys in [
            String::new(),
            format!("{good},{good}"),
            format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"a","x":"{x}","d":"{x}"}}"#),
            format!(r#"{{"kty":"OKP","crv":"Ed448","kid":"a","x":"{x}"}}"#),
            format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#),
            format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"../a","x":"{x}"}}"#),
            format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"a","x":"{x}","alg":"RS256"}}"#),
            format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"a","x":"{x}","use":"enc"}}"#),
            r#"{"kty":"oct","kid":"a","k":"AAAA"}"#.into(),
            r#"{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}"#.into(),
        ] {
            assert!(JwkSet::parse(&format!(r#"{{"keys":[{keys}]}}"#)).is_err(), "{keys}");
        }
    }
}
