//! Our own access tokens and the keys that they are believed by.

use commerce_domain::{AccountId, AccountKind, SessionId, TenantId};
use commerce_identity::corpus::{self, Target as Victim};
use commerce_identity::jwk::{JwkSet, generate_ed25519};
use commerce_identity::token::{AccessClaims, CLOCK_SKEW_S, MAX_LIFETIME_S, Signer, Verifier};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::target::Target;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "wasla";
const HEADER: &str = r#"{"alg":"EdDSA","typ":"at+jwt","kid":"k1"}"#;
const KIND: AccountKind = AccountKind::Staff;

fn signer() -> Signer {
    Signer::from_jwk(&generate_ed25519("k1", [7; 32]).unwrap().private_jwk).unwrap()
}

fn key_set() -> String {
    JwkSet::new(vec![signer().public_jwk().clone()]).unwrap().to_json()
}

fn claims() -> AccessClaims {
    let id = Uuid::from_u128(0x0190_c0de_0000_7000_8000_0000_0000_00ff);
    AccessClaims {
        iss: ISSUER.to_owned(),
        aud: KIND,
        sub: AccountId::new(KIND, id),
        org: TenantId::new(id),
        role: "owner".to_owned(),
        permissions: vec!["orders.view".to_owned(), "members.manage".to_owned()],
        session_id: SessionId::new(id),
        epoch: 3,
        jti: id,
        iat: NOW - 10,
        nbf: NOW - 10,
        exp: NOW + 890,
    }
}

/// What the claims of a token may say, read by other means than the verifier's.
fn check(claims: &AccessClaims, said: &Value) {
    assert_eq!((&said["iss"], &said["aud"]), (&json!(ISSUER), &json!("staff")));
    // A UUID has several text forms; everything else has one.
    assert_eq!(said["jti"].as_str().unwrap().parse(), Ok(claims.jti));
    let read = AccessClaims { jti: Uuid::nil(), ..claims.clone() };
    let mut told = said.clone();
    told["jti"] = json!(Uuid::nil());
    assert_eq!(serde_json::to_value(read).unwrap(), told, "something was left out or made up");
    assert!(claims.exp > NOW && claims.iat <= NOW + CLOCK_SKEW_S && claims.nbf <= NOW + CLOCK_SKEW_S, "{said}");
    assert!(claims.exp - claims.iat <= MAX_LIFETIME_S && claims.epoch >= 0 && !claims.role.contains('\0'), "{said}");
    assert!(said["sub"].as_str().unwrap().starts_with("usr_"), "{said}");
}

/// The token itself: no other text is accepted in its place.
fn access_token() -> Target {
    let (signer, claims) = (signer(), claims());
    let hostile = corpus::build(&Victim { signer: &signer, claims: &claims, now: NOW }).unwrap();
    // The corpus is made from the same claims in alphabetical order, which the trusted key has signed too.
    let sorted = serde_json::to_value(&claims).unwrap().to_string();
    let good = [signer.sign(&claims).unwrap(), corpus::sign(&signer, HEADER, &sorted).unwrap()];
    let (known, verifier) = (good.clone(), Verifier::new(ISSUER, &key_set()).unwrap());
    let target = Target::text("access token", good, move |text, _| {
        let verified = verifier.verify(text, KIND, NOW);
        assert!(verified.is_err() || known.iter().any(|known| known == text), "another token was accepted");
        assert!(
            verifier.verify(text, AccountKind::Customer, NOW).is_err()
                && verifier.verify(text, KIND, NOW + 890).is_err()
        );
        verified.is_ok()
    });
    target.also(hostile.into_iter().map(|one| one.token))
}

/// Signed by the key that is trusted, whatever it says.
fn signed_claims() -> Target {
    let (signer, verifier) = (signer(), Verifier::new(ISSUER, &key_set()).unwrap());
    let good = serde_json::to_string(&claims()).unwrap();
    Target::text("signed claims", [good], move |text, rng| {
        let token = corpus::sign(&signer, HEADER, text).unwrap();
        let _ = verifier.verify(&token, KIND, rng.integer());
        let Ok(claims) = verifier.verify(&token, KIND, NOW) else { return false };
        check(&claims, &serde_json::from_str(text).unwrap());
        true
    })
}

/// Signed by the key that is trusted, under whatever header.
fn signed_header() -> Target {
    let (signer, verifier) = (signer(), Verifier::new(ISSUER, &key_set()).unwrap());
    let claims = serde_json::to_string(&claims()).unwrap();
    Target::text("signed header", [HEADER], move |text, _| {
        let accepted = verifier.verify(&corpus::sign(&signer, text, &claims).unwrap(), KIND, NOW).is_ok();
        let said = serde_json::from_str::<Value>(text).ok();
        assert!(!accepted || said == serde_json::from_str(HEADER).ok(), "another header was accepted");
        accepted
    })
}

/// The variable with the keys: whatever became of it, nobody else's token is believed.
fn keys() -> Target {
    let (own, claims) = (signer().sign(&claims()).unwrap(), claims());
    let stranger =
        Signer::from_jwk(&generate_ed25519("k1", [8; 32]).unwrap().private_jwk).unwrap().sign(&claims).unwrap();
    Target::text("key set", [key_set()], move |text, _| {
        let Ok(verifier) = Verifier::new(ISSUER, text) else { return false };
        assert!(verifier.verify(&stranger, KIND, NOW).is_err());
        verifier.verify(&own, KIND, NOW).is_ok_and(|said| said == claims)
    })
}

fn private_key() -> Target {
    let good = generate_ed25519("k1", [7; 32]).unwrap().private_jwk;
    let rsa = include_str!("../../components/shared/commerce-identity/tests/keys/rsa2048.json");
    let target = Target::text("private key", [good.to_string()], |text, _| {
        let Ok(signer) = Signer::from_jwk(text) else { return false };
        let set = JwkSet::new(vec![signer.public_jwk().clone()]).unwrap().to_json();
        let published: Value = serde_json::from_str(&set).unwrap();
        assert!(published["keys"][0].get("d").is_none(), "a private key is published");
        true
    });
    target.also([rsa])
}

pub fn all() -> Vec<Target> {
    vec![access_token(), signed_claims(), signed_header(), keys(), private_key()]
}
