//! Verifies tokens of providers by the keys that they publish.

use jsonwebtoken::DecodingKey;
use serde::Deserialize;

use super::claims::{Claims, ExternalPerson, Party};
use crate::jwk::{JwkSet, PublicJwk};
use crate::token::{Parts, TokenError, TokenErrorKind};

/// The keys that a provider publishes at its `jwks_url`: Ed25519 (`EdDSA`) and RSA (`RS256`), each used with its one algorithm.
#[derive(Debug)]
pub struct ExternalKeys(Vec<(PublicJwk, DecodingKey)>);

impl ExternalKeys {
    /// Reads a JWK set; `None` when it is none, or holds no key that can be used.
    #[must_use]
    pub fn parse(jwk_set: &[u8]) -> Option<Self> {
        let set = JwkSet::of_others(jwk_set)?;
        Some(Self(set.keys().iter().map(|jwk| (jwk.clone(), jwk.key.decoding_key())).collect()))
    }

    /// Whether the token names a key that is not here: the provider may have new ones.
    #[must_use]
    pub fn lacks_key_of(&self, token: &str) -> bool {
        let header = Parts::split(token).and_then(|parts| parts.header::<Header>());
        header.is_ok_and(|header| self.find(header.kid.as_deref()).is_none())
    }

    /// The key of this name; without a name, the only one there is (OpenID Connect Core §10.1).
    fn find(&self, key_id: Option<&str>) -> Option<&(PublicJwk, DecodingKey)> {
        match (key_id, self.0.as_slice()) {
            (Some(key_id), keys) => keys.iter().find(|(jwk, _)| jwk.key_id == key_id),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }
}

/// What is looked at in a foreign header. Keys in it (`jku`, `jwk`, `x5c`) are never used; `crit` asks for what nobody here understands
/// (RFC 8725 §3.10).
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

/// Verifies a token: signature before claims, then issuer, audience and times.
///
/// # Errors
/// [`TokenError`], which tells the client nothing; its kind is for the log.
pub fn verify(
    token: &str,
    keys: &ExternalKeys,
    issuer: &str,
    party: Party<'_>,
    now: i64,
) -> Result<ExternalPerson, TokenError> {
    let parts = Parts::split(token)?;
    let header: Header = parts.header()?;
    if header.crit.is_some() {
        return Err(TokenError::new(TokenErrorKind::Malformed));
    }
    let (jwk, key) = keys.find(header.kid.as_deref()).ok_or(TokenError::new(TokenErrorKind::Key))?;
    parts.verify(&header.alg, jwk, key)?;
    parts.claims::<Claims>()?.check(issuer, party, now)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::jwk::generate_ed25519;
    use crate::token::Signer;

    const NOW: i64 = 1_800_000_000;
    const CLIENT: Party<'_> = Party::Client { id: "wasla", nonce: "n-1" };

    fn signer(kid: &str) -> Signer {
        Signer::from_jwk(&generate_ed25519(kid, [7; 32]).unwrap().private_jwk).unwrap()
    }

    fn keys() -> ExternalKeys {
        let known = JwkSet::new(vec![signer("k1").public_jwk().clone()]).unwrap().to_json();
        // Providers publish keys that we cannot use beside those that we can.
        let mixed = known.replace("\"keys\":[", r#""keys":[{"kty":"EC","crv":"P-256","kid":"e","x":"AA","y":"AA"},"#);
        ExternalKeys::parse(mixed.as_bytes()).unwrap()
    }

    fn claims() -> Value {
        json!({"iss": "https://id.example", "sub": "u-1", "aud": "wasla", "exp": NOW + 60, "iat": NOW, "nonce": "n-1",
            "email": "Sara@Example.com", "email_verified": true, "given_name": "Sara", "family_name": "Ali", "picture": "https://x.example/1"})
    }

    fn with(changes: &Value) -> Value {
        let mut all = claims();
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => all.as_object_mut().unwrap().remove(name),
                value => all.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        all
    }

    fn token(header: &Value, claims: &Value) -> String {
        signer("k1").sign_parts(header.to_string().as_bytes(), claims.to_string().as_bytes()).unwrap()
    }

    fn read(claims: &Value, party: Party<'_>) -> Result<ExternalPerson, TokenErrorKind> {
        let token = token(&json!({"alg": "EdDSA", "kid": "k1", "typ": "JWT"}), claims);
        verify(&token, &keys(), "https://id.example", party, NOW).map_err(|error| error.kind())
    }

    #[test]
    fn an_id_token_tells_who_it_is() {
        let person = read(&claims(), CLIENT).unwrap();
        assert_eq!((person.subject.as_str(), person.email.as_deref()), ("u-1", Some("sara@example.com")));
        assert!(person.email_verified && person.given_name == "Sara" && person.family_name == "Ali");
        let apple =
            read(&with(&json!({"email_verified": "true", "given_name": null, "name": " S\u{0}a "})), CLIENT).unwrap();
        assert!(apple.email_verified && apple.given_name == "Sa");
        assert!(!read(&with(&json!({"email_verified": "false"})), CLIENT).unwrap().email_verified);
        assert!(!read(&with(&json!({"email_verified": null})), CLIENT).unwrap().email_verified);
        assert!(read(&with(&json!({"exp": NOW as f64 + 1.5, "iat": NOW as f64 - 0.5})), CLIENT).is_ok());
        let hosted = |changes: Value| read(&with(&changes), CLIENT).unwrap().email_hosted;
        assert!(hosted(json!({"email": "Sara@Gmail.com"})) && hosted(json!({"hd": "example.com"})));
        assert!(!hosted(json!({})) && !hosted(json!({"hd": "other.example"})));
        let none = read(&with(&json!({"email": "nonsense"})), CLIENT).unwrap();
        assert!(none.email.is_none() && !none.email_verified);
    }

    #[test]
    fn what_was_said_to_others_or_at_another_time_is_refused() {
        for (changes, kind) in [
            (json!({"iss": "https://id.example/"}), TokenErrorKind::Issuer),
            (json!({"aud": "other"}), TokenErrorKind::Audience),
            (json!({"aud": null}), TokenErrorKind::Audience),
            (json!({"aud": ["wasla", "other"]}), TokenErrorKind::Audience),
            (json!({"aud": ["wasla", "other"], "azp": "other"}), TokenErrorKind::Audience),
            (json!({"azp": "other"}), TokenErrorKind::Audience),
            (json!({"nonce": "n-2"}), TokenErrorKind::Audience),
            (json!({"nonce": null}), TokenErrorKind::Audience),
            (json!({"exp": NOW}), TokenErrorKind::Expired),
            (json!({"iat": NOW + 60}), TokenErrorKind::NotYet),
            (json!({"nbf": NOW + 60}), TokenErrorKind::NotYet),
            (json!({"sts": "pending"}), TokenErrorKind::Audience),
            (json!({"act": {"sub": "user_admin"}}), TokenErrorKind::Audience),
            (json!({"exp": -1}), TokenErrorKind::Malformed),
            (json!({"exp": 1e300}), TokenErrorKind::Malformed),
            (json!({"exp": null}), TokenErrorKind::Malformed),
            (json!({"sub": ""}), TokenErrorKind::Malformed),
            (json!({"sub": "x".repeat(256)}), TokenErrorKind::Malformed),
            (json!({"sub": "a\u{0}b"}), TokenErrorKind::Malformed),
        ] {
            assert_eq!(read(&with(&changes), CLIENT), Err(kind), "{changes}");
        }
        assert!(read(&with(&json!({"aud": ["wasla", "other"], "azp": "wasla"})), CLIENT).is_ok());
    }

    #[test]
    fn a_brought_token_is_of_one_of_our_pages() {
        let pages = ["https://shop.example".to_owned()];
        let brought = |azp: Value| read(&with(&json!({"azp": azp, "aud": null, "nonce": null})), Party::Pages(&pages));
        assert!(brought(json!("https://shop.example")).is_ok());
        assert_eq!(brought(json!("https://evil.example")), Err(TokenErrorKind::Audience));
        assert_eq!(brought(Value::Null), Err(TokenErrorKind::Audience));
        assert_eq!(read(&claims(), Party::Pages(&[])), Err(TokenErrorKind::Audience));
        // A token of the same user that was made for somebody else.
        let other = with(&json!({"azp": "https://shop.example", "aud": "https://api.other.example"}));
        assert_eq!(read(&other, Party::Pages(&pages)), Err(TokenErrorKind::Audience));
    }

    #[test]
    fn only_the_providers_own_key_under_its_own_algorithm_counts() {
        let refused = |header: Value| {
            let token = token(&header, &claims());
            verify(&token, &keys(), "https://id.example", CLIENT, NOW).unwrap_err().kind()
        };
        assert_eq!(refused(json!({"alg": "none", "kid": "k1"})), TokenErrorKind::Algorithm);
        assert_eq!(refused(json!({"alg": "HS256", "kid": "k1"})), TokenErrorKind::Algorithm);
        assert_eq!(refused(json!({"alg": "EdDSA", "kid": "k2"})), TokenErrorKind::Key);
        let unnamed = token(&json!({"alg": "EdDSA"}), &claims());
        assert!(verify(&unnamed, &keys(), "https://id.example", CLIENT, NOW).is_ok(), "there is one key");
        let other = generate_ed25519("k9", [9; 32]).unwrap().public;
        let two = JwkSet::new(vec![signer("k1").public_jwk().clone(), other]).unwrap().to_json();
        let two = ExternalKeys::parse(two.as_bytes()).unwrap();
        assert_eq!(verify(&unnamed, &two, "https://id.example", CLIENT, NOW).unwrap_err().kind(), TokenErrorKind::Key);
        assert_eq!(refused(json!({"alg": "EdDSA", "kid": "k1", "crit": ["x"]})), TokenErrorKind::Malformed);
        let good = token(&json!({"alg": "EdDSA", "kid": "k1"}), &claims());
        let other = token(&json!({"alg": "EdDSA", "kid": "k1"}), &with(&json!({"sub": "u-2"})));
        let mixed = format!("{}.{}", good.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
        let error = verify(&mixed, &keys(), "https://id.example", CLIENT, NOW).unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Signature);
        assert!(keys().lacks_key_of(&token(&json!({"alg": "EdDSA", "kid": "k2"}), &claims())));
        assert!(!keys().lacks_key_of(&good) && !keys().lacks_key_of("nonsense"));
    }

    #[test]
    fn a_set_without_a_usable_key_is_none() {
        for text in ["", "[]", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}"#] {
            assert!(ExternalKeys::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
