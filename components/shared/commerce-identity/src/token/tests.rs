use std::collections::{HashMap, HashSet};

use commerce_domain::{AccountId, AccountKind, SessionId, TenantId};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::corpus::{self, Target};
use crate::jwk::{JwkSet, generate_ed25519};

const NOW: i64 = 1_800_000_000;
const RSA_KEY: &str = include_str!("../../tests/keys/rsa2048.json");

fn ed25519() -> Signer {
    Signer::from_jwk(&generate_ed25519("k1", [5; 32]).unwrap().private_jwk).unwrap()
}

fn verifier(signers: &[&Signer]) -> Verifier {
    let set = JwkSet::new(signers.iter().map(|signer| signer.public_jwk().clone()).collect()).unwrap();
    Verifier::new("wasla", &set.to_json()).unwrap()
}

fn claims(kind: AccountKind) -> AccessClaims {
    AccessClaims {
        iss: "wasla".into(),
        aud: kind,
        sub: AccountId::new(kind, Uuid::from_u128(1)),
        org: TenantId::new(Uuid::from_u128(0x0190_c0de_0000_7000_8000_0000_0000_00ff)),
        role: "manager".into(),
        permissions: vec!["orders.view".into()],
        session_id: SessionId::new(Uuid::from_u128(3)),
        epoch: 4,
        jti: Uuid::from_u128(5),
        iat: NOW,
        nbf: NOW,
        exp: NOW + 900,
    }
}

fn kind_of(verifier: &Verifier, token: &str, audience: AccountKind, now: i64) -> Option<TokenErrorKind> {
    verifier.verify(token, audience, now).err().map(|error| error.kind())
}

#[test]
fn what_was_signed_is_read_with_either_algorithm() {
    for signer in [ed25519(), Signer::from_jwk(RSA_KEY).unwrap()] {
        for kind in [AccountKind::Staff, AccountKind::Customer] {
            let token = signer.sign(&claims(kind)).unwrap();
            assert_eq!(verifier(&[&signer]).verify(&token, kind, NOW), Ok(claims(kind)));
        }
    }
}

#[test]
fn rfc_8037_appendix_a_signs_as_published() {
    // RFC 8037, appendix A.4: the key of A.1, the header {"alg":"EdDSA"}, the text of A.4.
    let signer = Signer::from_jwk(
        r#"{"kty":"OKP","crv":"Ed25519","kid":"a","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    );
    let token = signer.unwrap().sign_parts(br#"{"alg":"EdDSA"}"#, b"Example of Ed25519 signing").unwrap();
    assert_eq!(
        token,
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
         hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
}

#[test]
fn no_hostile_token_is_accepted() {
    for signer in [ed25519(), Signer::from_jwk(RSA_KEY).unwrap()] {
        for kind in [AccountKind::Staff, AccountKind::Customer] {
            let verifier = verifier(&[&signer]);
            let good = claims(kind);
            assert_eq!(verifier.verify(&signer.sign(&good).unwrap(), kind, NOW), Ok(good.clone()), "the control");
            let tokens = corpus::build(&Target { signer: &signer, claims: &good, now: NOW }).unwrap();
            assert_eq!(tokens.iter().map(|one| &one.token).collect::<HashSet<_>>().len(), tokens.len());
            assert!(tokens.len() >= 400, "{}", tokens.len());
            assert!(tokens.iter().filter(|one| one.fits_header()).count() >= 300);
            let mut kinds: HashMap<TokenErrorKind, usize> = HashMap::new();
            for hostile in &tokens {
                let error = verifier.verify(&hostile.token, kind, NOW).expect_err(&hostile.name);
                assert_eq!(error.to_string(), "invalid token");
                *kinds.entry(error.kind()).or_default() += 1;
            }
            assert_eq!(kinds.len(), 9, "every kind of refusal is met: {kinds:?}");
            println!("{}: {} hostile tokens, {kinds:?}", signer.public_jwk().key.algorithm_name(), tokens.len());
        }
    }
}

#[test]
fn time_has_edges() {
    let (signer, staff) = (ed25519(), AccountKind::Staff);
    let verifier = verifier(&[&signer]);
    let token = |iat, nbf, exp| signer.sign(&AccessClaims { iat, nbf, exp, ..claims(staff) }).unwrap();
    let whole = token(NOW, NOW, NOW + 900);
    for (now, refused) in [
        (NOW + 899, None),
        (NOW + 900, Some(TokenErrorKind::Expired)),
        (NOW - CLOCK_SKEW_S, None),
        (NOW - CLOCK_SKEW_S - 1, Some(TokenErrorKind::NotYet)),
        (i64::MIN, Some(TokenErrorKind::NotYet)),
        (i64::MAX, Some(TokenErrorKind::Expired)),
    ] {
        assert_eq!(kind_of(&verifier, &whole, staff, now), refused, "{now}");
        assert_eq!(claims(staff).check_time(now).err().map(|error| error.kind()), refused);
    }
    assert_eq!(kind_of(&verifier, &token(NOW, NOW + 6, NOW + 900), staff, NOW), Some(TokenErrorKind::NotYet));
    assert_eq!(kind_of(&verifier, &token(NOW + 6, NOW, NOW + 900), staff, NOW), Some(TokenErrorKind::NotYet));
    assert_eq!(kind_of(&verifier, &token(NOW + 5, NOW + 5, NOW + 900), staff, NOW), None);
}

#[test]
fn keys_overlap_in_a_rotation_and_each_keeps_its_algorithm() {
    let (old, new) = (ed25519(), Signer::from_jwk(RSA_KEY).unwrap());
    let (staff, both) = (AccountKind::Staff, verifier(&[&new, &old]));
    for signer in [&old, &new] {
        assert_eq!(kind_of(&both, &signer.sign(&claims(staff)).unwrap(), staff, NOW), None);
    }
    let gone = old.sign(&claims(staff)).unwrap();
    assert_eq!(kind_of(&verifier(&[&new]), &gone, staff, NOW), Some(TokenErrorKind::Key));
    // The header of one key over the signature of the other.
    let header = format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{}"}}"#, new.key_id());
    let swapped = old.sign_parts(header.as_bytes(), &serde_json::to_vec(&claims(staff)).unwrap()).unwrap();
    assert_eq!(kind_of(&both, &swapped, staff, NOW), Some(TokenErrorKind::Algorithm));
}

#[test]
fn claims_that_nobody_would_accept_are_not_signed() {
    let signer = ed25519();
    for wrong in [
        AccessClaims { exp: NOW, ..claims(AccountKind::Staff) },
        AccessClaims { exp: NOW + MAX_LIFETIME_S + 1, ..claims(AccountKind::Staff) },
        AccessClaims { aud: AccountKind::Customer, ..claims(AccountKind::Staff) },
        AccessClaims { epoch: -1, ..claims(AccountKind::Staff) },
        AccessClaims { permissions: vec!["\0".into()], ..claims(AccountKind::Staff) },
        AccessClaims { role: String::new(), ..claims(AccountKind::Staff) },
        AccessClaims { permissions: vec!["p".repeat(100); 100], ..claims(AccountKind::Staff) },
    ] {
        assert_eq!(signer.sign(&wrong).unwrap_err().kind(), TokenErrorKind::Malformed);
    }
    assert!(!format!("{signer:?}").contains("EncodingKey"));
}

proptest! {
    #[test]
    fn no_text_makes_the_verifier_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), dots in any::<[u8; 2]>()) {
        let verifier = verifier(&[&ed25519()]);
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(verifier.verify(&text, AccountKind::Staff, NOW).is_err());
        let mut dotted = crate::encoding::base64url(&bytes);
        for at in dots {
            dotted.insert(usize::from(at) % (dotted.len() + 1), '.');
        }
        prop_assert!(verifier.verify(&dotted, AccountKind::Staff, NOW).is_err());
    }

    #[test]
    fn no_json_makes_the_verifier_panic(header in "\\PC{0,80}", claims in "\\PC{0,200}") {
        let signer = ed25519();
        let token = signer.sign_parts(header.as_bytes(), claims.as_bytes()).unwrap();
        prop_assert!(verifier(&[&signer]).verify(&token, AccountKind::Staff, NOW).is_err());
        let good = br#"{"alg":"EdDSA","typ":"at+jwt","kid":"k1"}"#;
        let token = signer.sign_parts(good, claims.as_bytes()).unwrap();
        prop_assert!(verifier(&[&signer]).verify(&token, AccountKind::Staff, NOW).is_err());
    }
}
