//! Wrong claims under a right signature: what a stolen key's owner, another issuer with our key, or a bug of ours would send.

use super::forge::{Forge, doubled, object, quote, with, without};
use crate::token::TokenError;

/// Raw JSON that is no value of any claim.
const NO_VALUES: [&str; 9] = ["null", "true", "{}", "[null]", "\"\"", "-1", "1.5", "\"\\u0000\"", "[[]]"];

/// Raw JSON that is no time in seconds.
const NO_TIMES: [&str; 22] = [
    "-1",
    "-9223372036854775808",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e10",
    "1e999",
    "-1e999",
    "4102444800.0",
    "4102444800.5",
    "-0.0",
    "\"4102444800\"",
    "\"never\"",
    "[4102444800]",
    "{\"seconds\":4102444800}",
    "253402300800",
    "0x7fffffff",
    "NaN",
    "Infinity",
    "-Infinity",
    "4_102_444_800",
];

pub(super) fn add(forge: &mut Forge<'_>) -> Result<(), TokenError> {
    let header = object(&forge.header);
    let names: Vec<String> = forge.claims.iter().map(|(name, _)| name.clone()).collect();
    for name in &names {
        forge.signed(format!("claims without {name}"), &header, &object(&without(&forge.claims, name)))?;
        let own = forge.claims.iter().find(|(claim, _)| claim == name).map(|(_, raw)| raw.clone()).unwrap_or_default();
        for raw in [own.as_str(), "null"] {
            forge.signed(
                format!("claims with a second {name} = {raw:.16}"),
                &header,
                &object(&doubled(&forge.claims, name, raw)),
            )?;
        }
        for raw in NO_VALUES {
            forge.signed(format!("{name} = {raw}"), &header, &object(&with(&forge.claims, name, raw)))?;
        }
    }
    for name in ["iat", "nbf", "exp"] {
        for raw in NO_TIMES {
            forge.signed(format!("{name} = {raw}"), &header, &object(&with(&forge.claims, name, raw)))?;
        }
    }
    for (name, raw) in
        [("admin", "true"), ("scope", "\"*\""), ("Role", "\"owner\""), ("cnf", "{}"), ("", "1"), ("tenant_id", "\"x\"")]
    {
        forge.signed(format!("claim too many: {name:?}"), &header, &object(&doubled(&forge.claims, name, raw)))?;
    }
    add_times(forge, &header)?;
    add_values(forge, &header)
}

/// Times that are times, at the wrong time.
fn add_times(forge: &mut Forge<'_>, header: &str) -> Result<(), TokenError> {
    let now = forge.target.now;
    let (day, year) = (86_400, 31_536_000);
    for (name, iat, nbf, exp) in [
        ("expired just now", now - 900, now - 900, now),
        ("expired a second ago", now - 900, now - 900, now - 1),
        ("expired a day ago", now - day - 900, now - day - 900, now - day),
        ("expired in 1970", 0, 0, 1),
        ("good from tomorrow", now, now + day - 60, now + day - 30),
        ("issued tomorrow", now + day, now, now + day + 900),
        ("issued and good from next year", now + year, now + year, now + year + 900),
        ("ends before it begins", now, now + 900, now + 600),
        ("ends before it is issued", now + 900, now, now + 600),
        ("good for a year", now, now, now + year),
        ("good for a second more than a day", now, now, now + day + 1),
        ("all zero", 0, 0, 0),
    ] {
        let mut claims = forge.claims.clone();
        for (claim, time) in [("iat", iat), ("nbf", nbf), ("exp", exp)] {
            claims = with(&claims, claim, &time.to_string());
        }
        forge.signed(name, header, &object(&claims))?;
    }
    Ok(())
}

/// Text that is not ours.
fn add_values(forge: &mut Forge<'_>, header: &str) -> Result<(), TokenError> {
    let issuer = forge.target.claims.iss.clone();
    let (own, hex) = (forge.target.claims.sub.to_string(), forge.target.claims.org.as_uuid().simple().to_string());
    let other_kind = if own.starts_with("usr_") { own.replace("usr_", "cus_") } else { own.replace("cus_", "usr_") };
    let other_audience = if own.starts_with("usr_") { "customer" } else { "staff" };
    let list = |text: &str| format!("[{}]", quote(text));
    let mut wrong: Vec<(&str, String)> = Vec::new();
    for iss in [
        format!("{issuer} "),
        format!("{issuer}/"),
        issuer.to_uppercase(),
        format!("{issuer}.evil"),
        "https://accounts.google.com".into(),
    ] {
        wrong.push(("iss", quote(&iss)));
    }
    wrong.extend([("iss", list(&issuer)), ("aud", list("staff")), ("aud", list("customer"))]);
    wrong.extend([
        ("aud", "[\"staff\",\"customer\"]".into()),
        ("aud", quote(other_audience)),
        ("aud", "{\"staff\":null}".into()),
    ]);
    for aud in ["Staff", "STAFF", "customer ", "admin", "*", "staff,customer", "system"] {
        wrong.push(("aud", quote(aud)));
    }
    for sub in [
        other_kind,
        own.to_uppercase(),
        format!("{own}0"),
        format!("ten_{hex}"),
        hex.clone(),
        "usr_".into(),
        "admin".into(),
        "usr_' or 1=1--".into(),
    ] {
        wrong.push(("sub", quote(&sub)));
    }
    for org in [
        hex.clone(),
        format!("ten_{}", hex.to_uppercase().replace(|one: char| one.is_ascii_digit(), "A")),
        format!("ten_{hex}%00"),
        "ten_*".into(),
        "ten_".into(),
        format!("org_{hex}"),
        format!("ten_{hex},ten_{hex}"),
    ] {
        wrong.push(("org", quote(&org)));
    }
    for id in [format!("sid_{hex}"), hex.clone(), "ses_".into(), format!("ses_{hex}{hex}")] {
        wrong.push(("session_id", quote(&id)));
    }
    wrong.extend([
        ("jti", quote("x")),
        ("jti", quote(&"0".repeat(33))),
        ("epoch", "9223372036854775808".into()),
        ("epoch", quote("1")),
    ]);
    wrong.extend([
        ("role", quote(&"r".repeat(65))),
        ("permissions", quote("orders.view")),
        ("permissions", "[1]".into()),
    ]);
    wrong.push(("permissions", format!("[{}]", vec!["\"p\""; 257].join(","))));
    for (name, raw) in wrong {
        forge.signed(format!("{name} = {raw:.40}"), header, &object(&with(&forge.claims, name, &raw)))?;
    }
    Ok(())
}
