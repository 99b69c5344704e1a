//! What sign-in providers send: tokens, keys, webhooks; and the browser's key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use commerce_identity::corpus;
use commerce_identity::external::{BrowserKey, ExternalKeys, ExternalPerson, Party, WebhookSecret, verify};
use commerce_identity::jwk::{JwkSet, generate_ed25519};
use commerce_identity::token::Signer;
use serde_json::{Value, json};

use crate::target::Target;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://id.example";
const CLIENT: Party<'_> = Party::Client { id: "wasla", nonce: "n-1" };
const RSA: &str = include_str!("../../components/shared/commerce-identity/tests/keys/rsa2048.json");

/// Ed25519 and RSA.
fn signers() -> [Signer; 2] {
    [Signer::from_jwk(&generate_ed25519("k1", [7; 32]).unwrap().private_jwk).unwrap(), Signer::from_jwk(RSA).unwrap()]
}

fn key_set() -> String {
    JwkSet::new(signers().iter().map(|signer| signer.public_jwk().clone()).collect()).unwrap().to_json()
}

fn keys() -> ExternalKeys {
    ExternalKeys::parse(key_set().as_bytes()).unwrap()
}

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "u-1", "aud": "wasla", "exp": NOW + 60, "iat": NOW - 5, "nonce": "n-1", "email": "Sara@Example.com",
        "email_verified": true, "given_name": "Sara", "family_name": "Ali", "picture": "https://x.example/1"})
}

fn headers() -> [String; 2] {
    [
        json!({"alg": "EdDSA", "kid": "k1"}).to_string(),
        json!({"alg": "RS256", "kid": "test-rsa", "typ": "JWT"}).to_string(),
    ]
}

fn tokens(claims: &Value) -> Vec<String> {
    signers().iter().zip(headers()).map(|(key, head)| corpus::sign(key, &head, &claims.to_string()).unwrap()).collect()
}

fn check(person: &ExternalPerson) {
    let printable = |text: &str| !text.chars().any(char::is_control);
    assert!((1..=255).contains(&person.subject.len()) && printable(&person.subject), "{person:?}");
    assert!(printable(&person.given_name) && printable(&person.family_name), "{person:?}");
    assert!(person.email.is_some() || !person.email_verified, "{person:?}");
}

/// No other text passes for a token.
fn id_token() -> Target {
    let (good, keys) = (tokens(&claims()), keys());
    let known = good.clone();
    Target::text("ID token", good, move |text, rng| {
        let _ = (keys.lacks_key_of(text), verify(text, &keys, ISSUER, CLIENT, rng.integer()));
        let verified = verify(text, &keys, ISSUER, CLIENT, NOW);
        assert!(verified.is_err() || known.iter().any(|known| known == text), "another token was accepted");
        assert!(verify(text, &keys, ISSUER, Party::Client { id: "wasla", nonce: "n-2" }, NOW).is_err());
        verified.is_ok()
    })
}

/// Signed by the provider, whatever it says.
fn signed_claims() -> Target {
    let ([signer, _], [header, _], keys) = (signers(), headers(), keys());
    Target::text("claims of an ID token", [claims().to_string()], move |text, _| {
        let token = corpus::sign(&signer, &header, text).unwrap();
        let Ok(person) = verify(&token, &keys, ISSUER, CLIENT, NOW) else { return false };
        // Claims that nobody reads may hold half a character.
        let Ok(said) = serde_json::from_str::<Value>(text) else { return true };
        let for_us = match &said["aud"] {
            Value::String(one) => one == "wasla",
            all => all.as_array().unwrap().contains(&json!("wasla")) && said["azp"] == "wasla",
        };
        assert!(
            for_us && said["iss"] == ISSUER && said["nonce"] == "n-1" && said["exp"].as_f64().unwrap() >= NOW as f64
        );
        assert_eq!(said["sub"], person.subject.as_str());
        check(&person);
        true
    })
}

/// A token that a page of ours has got for its user.
fn page_token() -> Target {
    let ([signer, _], [header, _], keys) = (signers(), headers(), keys());
    let pages = ["https://shop.example".to_owned()];
    let good = json!({"iss": ISSUER, "sub": "user_1", "azp": pages[0], "exp": NOW + 60, "iat": NOW - 5, "sid": "sess_1", "sts": "active"});
    Target::text("claims of a page's token", [good.to_string()], move |text, _| {
        let token = corpus::sign(&signer, &header, text).unwrap();
        let Ok(person) = verify(&token, &keys, ISSUER, Party::Pages(&pages), NOW) else { return false };
        // Claims that nobody reads may hold half a character.
        let Ok(said) = serde_json::from_str::<Value>(text) else { return true };
        assert!(
            said["azp"] == pages[0].as_str() && said["iss"] == ISSUER && said["exp"].as_f64().unwrap() >= NOW as f64
        );
        check(&person);
        true
    })
}

/// What a provider publishes: whatever became of it, nobody else's token is believed.
fn published_keys() -> Target {
    let own = tokens(&claims());
    let stranger = Signer::from_jwk(&generate_ed25519("k1", [8; 32]).unwrap().private_jwk).unwrap();
    let stranger = corpus::sign(&stranger, &headers()[0], &claims().to_string()).unwrap();
    let good = key_set();
    let unusable = good.replace("\"keys\":[", r#""keys":[{"kty":"EC","crv":"P-256","kid":"e","x":"AA","y":"AA"},"#);
    Target::bytes("published keys", [good.clone(), unusable], move |bytes, _| {
        let Some(keys) = ExternalKeys::parse(bytes) else { return false };
        assert!(verify(&stranger, &keys, ISSUER, CLIENT, NOW).is_err());
        own.iter().filter(|token| verify(token, &keys, ISSUER, CLIENT, NOW).is_ok()).count() > 0
    })
}

/// The example of the Svix documentation, "Verifying webhooks manually": id, time, signatures and body, a line each.
const WEBHOOK: &str =
    "msg_p5jXN8AQM9LWM0D4loKWxJek\n1614265330\nv1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n{\"test\": 2432232314}";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SENT_AT: i64 = 1_614_265_330;

/// Id, time and signatures, as far as they are there; then the body.
fn parts(webhook: &[u8]) -> Option<([&str; 3], &[u8])> {
    let mut parts = webhook.splitn(4, |byte| *byte == b'\n');
    let mut text = || std::str::from_utf8(parts.next()?).ok();
    let head = [text()?, text()?, text()?];
    Some((head, parts.next()?))
}

fn webhook() -> Target {
    let secret = WebhookSecret::parse(SECRET).unwrap();
    Target::bytes("webhook", [WEBHOOK], move |bytes, rng| {
        let Some(([id, time, signatures], body)) = parts(bytes) else { return false };
        let _ = secret.verify(id, time, signatures, body, rng.integer());
        let accepted = secret.verify(id, time, signatures, body, SENT_AT).is_ok();
        let ([good_id, good_time, signature], good_body) = parts(WEBHOOK.as_bytes()).unwrap();
        let same =
            (id, time, body) == (good_id, good_time, good_body) && signatures.split(' ').any(|one| one == signature);
        assert!(same || !accepted, "another webhook was accepted");
        accepted
    })
}

fn webhook_secret() -> Target {
    // HMAC fills a short key with zeros: a key and itself with zeros behind it are one key.
    let bytes = |text: &str| {
        let mut bytes = STANDARD.decode(text.strip_prefix("whsec_").unwrap()).unwrap();
        bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
        bytes
    };
    Target::text("webhook secret", [SECRET], move |text, _| {
        let Some(secret) = WebhookSecret::parse(text) else { return false };
        let ([id, time, signature], body) = parts(WEBHOOK.as_bytes()).unwrap();
        let verified = secret.verify(id, time, signature, body, SENT_AT).is_ok();
        assert_eq!(verified, bytes(text) == bytes(SECRET), "another secret verifies");
        true
    })
}

fn browser_key() -> Target {
    let key = BrowserKey::from_random([0xfb; 32]);
    let (good, fingerprint) = (key.to_text().to_string(), key.fingerprint());
    Target::text("browser key", [good.clone()], move |text, _| {
        let Some(key) = BrowserKey::parse(text) else { return false };
        assert!(*key.to_text() == text && key.matches(&fingerprint) == (text == good));
        true
    })
}

pub fn all() -> Vec<Target> {
    vec![id_token(), signed_claims(), page_token(), published_keys(), webhook(), webhook_secret(), browser_key()]
}
