//! Wrong headers: algorithms, types, key ids, members that would make the verifier fetch or believe a key.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::forge::{Forge, doubled, object, quote, with, without};
use crate::encoding::base64url;
use crate::jwk::{JwkSet, PublicKey, generate_ed25519};
use crate::token::{Signer, TokenError, TokenErrorKind};

/// Values of `alg` that are not the key's.
const ALGORITHMS: [&str; 34] = [
    "none",
    "None",
    "NONE",
    "nOnE",
    " none",
    "none\u{0}",
    "",
    "HS256",
    "HS384",
    "HS512",
    "hs256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "ES256K",
    "eddsa",
    "EDDSA",
    "EdDSA ",
    "EdDSA\u{0}",
    "Ed25519",
    "Ed448",
    "rs256",
    "RSA-OAEP",
    "dir",
    "A256KW",
    "A256GCM",
    "PBES2-HS256+A128KW",
    "*",
    "\u{395}dDSA",
];

/// Values of `typ` of other tokens.
const TYPES: [&str; 14] = [
    "JWT",
    "jwt",
    "at+JWT",
    "AT+JWT",
    "at jwt",
    "at+jwt ",
    "application/at+jwt",
    "logout+jwt",
    "id_token",
    "secevent+jwt",
    "dpop+jwt",
    "JOSE",
    "",
    "at+jwt\u{0}",
];

/// Values of `kid` that name no key of the set.
const KEY_IDS: [&str; 26] = [
    "",
    " ",
    "..",
    "/dev/null",
    "../../../../dev/null",
    "..\\..\\windows\\win.ini",
    "/proc/self/environ",
    "file:///etc/passwd",
    "http://127.0.0.1:1/key",
    "https://example.com/jwks.json",
    "' or '1'='1",
    "'; drop table identity.account; --",
    "1 union select 'key'",
    "$(id)",
    "`id`",
    "| id",
    "{{7*7}}",
    "${jndi:ldap://127.0.0.1/a}",
    "%00",
    "\u{0}",
    "k1\n",
    "\u{202e}1k",
    "\u{661}",
    "*",
    "null",
    "__proto__",
];

pub(super) fn add(forge: &mut Forge<'_>) -> Result<(), TokenError> {
    let claims = object(&forge.claims);
    for member in ["alg", "typ", "kid"] {
        forge.signed(format!("header without {member}"), &object(&without(&forge.header, member)), &claims)?;
        for raw in ["null", "1", "true", "[]", "{}", "[\"EdDSA\"]"] {
            forge.signed(
                format!("header with {member} = {raw}"),
                &object(&with(&forge.header, member, raw)),
                &claims,
            )?;
        }
        let own = forge.header.iter().find(|(name, _)| name == member).map(|(_, raw)| raw.clone()).unwrap_or_default();
        for raw in [own.as_str(), "\"none\""] {
            forge.signed(
                format!("header with a second {member} = {raw}"),
                &object(&doubled(&forge.header, member, raw)),
                &claims,
            )?;
        }
        forge.signed(
            format!("header with {} for {member}", member.to_uppercase()),
            &object(&with(&without(&forge.header, member), &member.to_uppercase(), &own)),
            &claims,
        )?;
    }
    for (member, values) in [("typ", TYPES.as_slice()), ("kid", KEY_IDS.as_slice())] {
        for value in values {
            forge.signed(
                format!("{member} {value:?}"),
                &object(&with(&forge.header, member, &quote(value))),
                &claims,
            )?;
        }
    }
    let own = forge.target.signer.key_id().to_owned();
    for kid in [
        format!(" {own}"),
        format!("{own} "),
        format!("{own}\u{0}"),
        format!("../{own}"),
        format!("{own}/"),
        own.repeat(2000),
    ] {
        let name = format!("kid of {} bytes around the real one", kid.len());
        forge.signed(name, &object(&with(&forge.header, "kid", &quote(&kid))), &claims)?;
    }
    add_algorithms(forge)?;
    add_confusion(forge)?;
    add_members(forge, &claims)
}

/// Each wrong algorithm with the trusted key's signature, without one, and with one made of nothing.
fn add_algorithms(forge: &mut Forge<'_>) -> Result<(), TokenError> {
    let claims = object(&forge.claims);
    let own = forge.target.signer.public_jwk().key.algorithm_name();
    let other = if own == "EdDSA" { "RS256" } else { "EdDSA" };
    for alg in ALGORITHMS.into_iter().chain([other]) {
        let header = object(&with(&forge.header, "alg", &quote(alg)));
        forge.signed(format!("alg {alg:?}, signed"), &header, &claims)?;
        let message = forge.message(&header);
        forge.push(format!("alg {alg:?}, unsigned"), format!("{message}."));
    }
    let header = object(&with(&without(&forge.header, "kid"), "alg", "\"none\""));
    let message = forge.message(&header);
    forge.push("alg none without kid, unsigned", format!("{message}."));
    forge.push("alg none without kid and last dot", message);
    Ok(())
}

/// HS256 keyed with what everybody knows of the public key.
fn add_confusion(forge: &mut Forge<'_>) -> Result<(), TokenError> {
    let jwk = forge.target.signer.public_jwk().clone();
    let set = JwkSet::new(vec![jwk.clone()]).map_err(|_| TokenError::new(TokenErrorKind::Key))?.to_json();
    let raw = match &jwk.key {
        PublicKey::Ed25519(point) => point.to_vec(),
        PublicKey::Rsa { n, .. } => n.clone(),
    };
    // RFC 8410 §4: the public key as certificates and PEM files hold it.
    let spki = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00][..], &raw].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", base64_standard(&spki));
    let secrets = [
        ("raw", raw.clone()),
        ("base64url", base64url(&raw).into_bytes()),
        ("hexadecimal", crate::encoding::hex(&raw).into_bytes()),
        ("JWK set", set.clone().into_bytes()),
        ("JWK", set.trim_start_matches("{\"keys\":[").trim_end_matches("]}").as_bytes().to_vec()),
        ("DER", spki),
        ("PEM", pem.clone().into_bytes()),
        ("PEM without line end", pem.trim_end().as_bytes().to_vec()),
        ("empty", Vec::new()),
        ("key id", jwk.key_id.clone().into_bytes()),
        ("secret", b"secret".to_vec()),
    ];
    for alg in ["HS256", "EdDSA", "RS256"] {
        let message = forge.message(&object(&with(&forge.header, "alg", &quote(alg))));
        for (form, secret) in &secrets {
            let mac = Hmac::<Sha256>::new_from_slice(secret)
                .map(|mac| mac.chain_update(message.as_bytes()).finalize().into_bytes());
            let mac = mac.map_err(|_| TokenError::new(TokenErrorKind::Signature))?;
            forge.push(
                format!("alg {alg}, HMAC keyed with the public key ({form})"),
                format!("{message}.{}", base64url(&mac)),
            );
        }
    }
    Ok(())
}

/// Members that other verifiers act upon: the attacker's key embedded or linked, processing changed.
fn add_members(forge: &mut Forge<'_>, claims: &str) -> Result<(), TokenError> {
    let key_error = |_| TokenError::new(TokenErrorKind::Key);
    let pair = generate_ed25519(forge.target.signer.key_id(), [0x66; 32]).map_err(key_error)?;
    let attacker = Signer::from_jwk(&pair.private_jwk).map_err(key_error)?;
    let set = JwkSet::new(vec![pair.public]).map_err(key_error)?.to_json();
    let jwk = set.trim_start_matches("{\"keys\":[").trim_end_matches("]}").to_owned();
    let members = [
        ("jwk", jwk.as_str()),
        ("jwks", set.as_str()),
        ("jku", "\"https://example.com/jwks.json\""),
        ("jku", "\"http://169.254.169.254/latest/meta-data\""),
        ("x5u", "\"https://example.com/cert.pem\""),
        ("x5c", "[\"MIIB\"]"),
        ("x5t", "\"AAAA\""),
        ("x5t#S256", "\"AAAA\""),
        ("crit", "[]"),
        ("crit", "[\"exp\"]"),
        ("crit", "[\"b64\"]"),
        ("crit", "null"),
        ("b64", "false"),
        ("zip", "\"DEF\""),
        ("cty", "\"JWT\""),
        ("enc", "\"A256GCM\""),
        ("epk", "{}"),
        ("p2c", "2147483647"),
        ("nonce", "\"n\""),
        ("exp", "99999999999"),
        ("", "\"\""),
        ("ALG", "\"none\""),
        ("__proto__", "{\"alg\":\"none\"}"),
        ("\u{0}alg", "\"none\""),
    ];
    for (member, raw) in members {
        let header = object(&doubled(&forge.header, member, raw));
        forge.signed(format!("header member {member:?} = {raw:.24}, trusted key"), &header, claims)?;
        forge.signed_by(&attacker, format!("header member {member:?} = {raw:.24}, attacker's key"), &header, claims)?;
    }
    Ok(())
}

fn base64_standard(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
