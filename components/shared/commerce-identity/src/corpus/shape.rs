//! Text that is no compact JWS of two JSON objects.

use super::forge::{Forge, object};
use crate::encoding::base64url;
use crate::token::{MAX_TOKEN_LEN, TokenError, TokenErrorKind};

pub(super) fn add(forge: &mut Forge<'_>) -> Result<(), TokenError> {
    let (message, signature) = forge.good.clone();
    let (header, claims) = message.split_once('.').ok_or(TokenError::new(TokenErrorKind::Malformed))?;
    let good = format!("{message}.{signature}");
    for (name, token) in [
        ("nothing", String::new()),
        ("a dot", ".".into()),
        ("two dots", "..".into()),
        ("three dots", "...".into()),
        ("a word", "token".into()),
        ("null", "null".into()),
        ("undefined", "undefined".into()),
        ("the message alone", message.clone()),
        ("no signature", format!("{message}.")),
        ("no header", format!(".{claims}.{signature}")),
        ("no claims", format!("{header}..{signature}")),
        ("header alone", header.to_owned()),
        ("parts in another order", format!("{claims}.{header}.{signature}")),
        ("a fourth part", format!("{good}.{signature}")),
        ("an empty fourth part", format!("{good}.")),
        ("an empty part before", format!(".{good}")),
        ("five parts, as JWE has them", format!("{header}.{claims}.{claims}.{signature}.{signature}")),
        ("twice", format!("{good}{good}")),
        ("two tokens", format!("{good},{good}")),
        ("two tokens apart", format!("{good} {good}")),
        ("with its scheme", format!("Bearer {good}")),
        ("quoted", format!("\"{good}\"")),
        ("escaped dots", good.replace('.', "%2E")),
        ("doubled dots", good.replace('.', "..")),
        ("full-width dots", good.replace('.', "\u{ff0e}")),
        ("ideographic dots", good.replace('.', "\u{3002}")),
        ("JSON serialisation", format!(r#"{{"protected":"{header}","payload":"{claims}","signature":"{signature}"}}"#)),
        ("upper case", good.to_uppercase()),
        ("lower case", good.to_lowercase()),
        ("reversed", good.chars().rev().collect()),
    ] {
        forge.push(name, token);
    }
    add_spoiled(forge, header, claims, &signature);
    add_json(forge)?;
    for length in (1..good.len()).step_by(good.len() / 24) {
        forge.push(format!("cut to {length} characters"), good.chars().take(length).collect::<String>());
    }
    Ok(())
}

/// Each part with something that base64url does not have.
fn add_spoiled(forge: &mut Forge<'_>, header: &str, claims: &str, signature: &str) {
    for (name, mark) in [
        ("padding", "="),
        ("double padding", "=="),
        ("a space", " "),
        ("a tab", "\t"),
        ("a line end", "\n"),
        ("a carriage return", "\r\n"),
        ("NUL", "\u{0}"),
        ("plus", "+"),
        ("slash", "/"),
        ("an Arabic letter", "\u{639}"),
        ("an Arabic-Indic digit", "\u{661}"),
        ("a full-width letter", "\u{ff21}"),
        ("a zero-width space", "\u{200b}"),
        ("an emoji", "\u{1f511}"),
        ("a byte order mark", "\u{feff}"),
        ("percent", "%41"),
        ("an exclamation mark", "!"),
        ("DEL", "\u{7f}"),
    ] {
        forge.push(format!("{name} before"), format!("{mark}{header}.{claims}.{signature}"));
        forge.push(format!("{name} after the header"), format!("{header}{mark}.{claims}.{signature}"));
        forge.push(format!("{name} after the claims"), format!("{header}.{claims}{mark}.{signature}"));
        forge.push(format!("{name} after the signature"), format!("{header}.{claims}.{signature}{mark}"));
    }
    // 64 bytes leave four unused bits in the last character: another spelling of the same signature.
    for last in ["B", "E", "R", "g", "w", "x", "_"] {
        let mut spelled: String = signature.chars().take(signature.len().saturating_sub(1)).collect();
        spelled.push_str(last);
        if spelled != signature {
            forge.push(format!("signature ending in {last}"), format!("{header}.{claims}.{spelled}"));
        }
    }
}

/// Parts, rightly signed, that hold something else than an object, or too much of it.
fn add_json(forge: &mut Forge<'_>) -> Result<(), TokenError> {
    let (header, claims) = (object(&forge.header), object(&forge.claims));
    let array = |text: &str| format!("[{}]", text.trim_start_matches('{').trim_end_matches('}').replace(':', ","));
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let others = [
        "{}".to_owned(),
        "[]".into(),
        "null".into(),
        "true".into(),
        "0".into(),
        "\"\"".into(),
        "{".into(),
        "}".into(),
        " ".into(),
        "\u{feff}{}".into(),
        "{\"a\":}".into(),
        "{'alg':'none'}".into(),
        "<jwt/>".into(),
        "---\nalg: none".into(),
        deep(200),
        deep(2000),
        format!("{{\"a\":{}}}", deep(1000)),
        "{\"a\":".repeat(500),
        "\u{0}".into(),
    ];
    for other in &others {
        forge.signed(format!("header {other:.24}"), other, &claims)?;
        forge.signed(format!("claims {other:.24}"), &header, other)?;
    }
    for (name, spelled) in [
        ("a comma at the end", claims.replacen('}', ",}", 1)),
        ("two objects", format!("{claims}{claims}")),
        ("text after", format!("{claims} x")),
        ("an array", array(&claims)),
        ("white space before", format!(" {claims}")),
        ("a comment", claims.replacen('{', "{/**/", 1)),
    ] {
        forge.signed(format!("claims with {name}"), &header, &spelled)?;
    }
    for (name, spelled) in [
        ("a comma at the end", header.replacen('}', ",}", 1)),
        ("two objects", format!("{header}{header}")),
        ("an array", array(&header)),
    ] {
        forge.signed(format!("header with {name}"), &spelled, &claims)?;
    }
    let long = claims.replacen('}', &format!("{}}}", " ".repeat(MAX_TOKEN_LEN)), 1);
    forge.signed("longer than 8 KiB", &header, &long)?;
    let bytes = [&[0xff, 0xfe][..], claims.as_bytes()].concat();
    let message = format!("{}.{}", base64url(header.as_bytes()), base64url(&bytes));
    let signature = forge.target.signer.sign_message(message.as_bytes())?;
    forge.push("claims that are no UTF-8", format!("{message}.{signature}"));
    forge.push("a megabyte", "A".repeat(1_048_576));
    forge.push("ten thousand dots", ".".repeat(10_000));
    Ok(())
}
