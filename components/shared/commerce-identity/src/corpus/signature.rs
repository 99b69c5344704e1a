//! Wrong signatures, and right ones over something else.

use super::forge::{Forge, object, with};
use crate::encoding::{base64url, from_base64url};
use crate::jwk::generate_ed25519;
use crate::token::{Signer, TokenError, TokenErrorKind};

pub(super) fn add(forge: &mut Forge<'_>) -> Result<(), TokenError> {
    let (message, signature) = forge.good.clone();
    let bytes = from_base64url(&signature).ok_or(TokenError::new(TokenErrorKind::Signature))?;
    for index in 0..bytes.len() {
        let flipped: Vec<u8> = bytes
            .iter()
            .enumerate()
            .map(|(at, byte)| if at == index { byte ^ (1 << (index % 8)) } else { *byte })
            .collect();
        forge.push(format!("signature, byte {index} changed"), format!("{message}.{}", base64url(&flipped)));
    }
    for length in [0, 1, 31, 32, 63, bytes.len().saturating_sub(1)] {
        let cut: Vec<u8> = bytes.iter().take(length).copied().collect();
        forge.push(format!("signature cut to {length} bytes"), format!("{message}.{}", base64url(&cut)));
    }
    for (name, other) in [
        ("twice", [bytes.clone(), bytes.clone()].concat()),
        ("with a zero byte after", [bytes.clone(), vec![0]].concat()),
        ("with a zero byte before", [vec![0], bytes.clone()].concat()),
        ("of zeros", vec![0; bytes.len()]),
        ("of ones", vec![0xff; bytes.len()]),
        ("reversed", bytes.iter().rev().copied().collect()),
        (
            "with its halves swapped",
            bytes.iter().skip(bytes.len() / 2).chain(bytes.iter().take(bytes.len() / 2)).copied().collect(),
        ),
        // R is the neutral element and S is zero: good for every message under a weak public key.
        ("of the neutral element", std::iter::once(1).chain(std::iter::repeat_n(0, 63)).collect()),
    ] {
        forge.push(format!("signature {name}"), format!("{message}.{}", base64url(&other)));
    }
    add_malleable(forge, &message, &bytes);
    add_foreign(forge, &signature)
}

/// S + L for Ed25519: the same signature for a verifier that does not check the range (RFC 8032 §5.1.7).
fn add_malleable(forge: &mut Forge<'_>, message: &str, signature: &[u8]) {
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    let raised = signature.iter().skip(32).zip(L).map(|(byte, add)| {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        carry = sum >> 8;
        u8::try_from(sum & 0xff).unwrap_or_default()
    });
    let raised: Vec<u8> = signature.iter().take(32).copied().chain(raised).collect();
    forge.push("signature with S + L", format!("{message}.{}", base64url(&raised)));
}

fn add_foreign(forge: &mut Forge<'_>, signature: &str) -> Result<(), TokenError> {
    let key_error = |_| TokenError::new(TokenErrorKind::Key);
    let (header, claims) = (object(&forge.header), object(&forge.claims));
    for seed in [0x00, 0x42, 0xff] {
        let pair = generate_ed25519(forge.target.signer.key_id(), [seed; 32]).map_err(key_error)?;
        let other = Signer::from_jwk(&pair.private_jwk).map_err(key_error)?;
        forge.signed_by(
            &other,
            format!("signed with another key ({seed:02x}) under the same kid"),
            &header,
            &claims,
        )?;
    }
    for (name, raw) in [
        ("role", "\"owner\""),
        ("epoch", "9000000000"),
        ("permissions", "[\"*\"]"),
        ("aud", "\"staff\""),
        ("exp", "99999999999"),
    ] {
        let changed = object(&with(&forge.claims, name, raw));
        let token = format!("{}.{}.{signature}", base64url(header.as_bytes()), base64url(changed.as_bytes()));
        forge.push(format!("{name} changed after signing"), token);
    }
    // The same JSON, spelled differently, is another message.
    let spaced = claims.replacen(':', ": ", 1);
    forge.push(
        "claims respelled after signing",
        format!("{}.{}.{signature}", base64url(header.as_bytes()), base64url(spaced.as_bytes())),
    );
    let (message, _) = forge.good.clone();
    for index in (0..message.len()).step_by(7) {
        let changed: String = message
            .char_indices()
            .map(|(at, one)| if at == index { if one == 'A' { 'B' } else { 'A' } } else { one })
            .collect();
        forge.push(format!("message, character {index} changed"), format!("{changed}.{signature}"));
    }
    Ok(())
}
