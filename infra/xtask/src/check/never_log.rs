//! The never-log list (OBS-03, SEC-06): what gives access, and how people are reached. A type that holds such a text does not derive `Debug`, so
//! that nothing can write it into a log by the way; `commerce_domain::opaque_debug!` gives it one that tells its name alone.

use super::Finding;

/// Last words of the names of fields and of types around one text.
const NEVER: [&str; 16] = [
    "address",
    "authorization",
    "code",
    "codes",
    "cookie",
    "email",
    "ip",
    "key",
    "keys",
    "password",
    "pepper",
    "phone",
    "secret",
    "seed",
    "token",
    "verifier",
];

/// Texts that are called so and give nothing away: type and field.
const PUBLIC: [(&str, &str); 11] = [
    // Why something is refused.
    ("DbError", "code"),
    ("Failure", "code"),
    ("Fault", "code"),
    // How a shop's own role is called.
    ("CreateInput", "key"),
    ("OwnRole", "key"),
    ("RemoveInput", "key"),
    ("UpdateInput", "key"),
    // Under what something is kept: ids, and hashes of what a client sent.
    ("Key", "0"),
    // Which shipping method it is.
    ("ShippingMethodFacts", "code"),
    ("ShippingMethodView", "code"),
    // Tokens that open nothing, for tests.
    ("HostileToken", "token"),
];

/// Checks a Rust file of the components.
pub fn check_text(file: &str, text: &str) -> Vec<Finding> {
    let code: Vec<&str> =
        text.lines().take_while(|line| line.trim_start() != "#[cfg(test)]").map(without_comment).collect();
    let mut findings = Vec::new();
    for (at, line) in code.iter().enumerate() {
        let derives =
            line.trim_start().strip_prefix("#[derive(").is_some_and(|list| words(list).any(|word| word == "Debug"));
        if !derives {
            continue;
        }
        let item = item(code.iter().skip(at + 1));
        let Some((name, body)) = named(&item) else { continue };
        for field in shown(name, body) {
            if !PUBLIC.contains(&(name, &*field)) {
                let reason =
                    format!("`{name}` derives Debug and would show `{field}`: commerce_domain::opaque_debug!({name})");
                findings.push(Finding::new(format!("{file}:{}", at + 1), "never-log", reason));
            }
        }
    }
    findings
}

/// A line without its comment, and an attribute's line without its text.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") { "" } else { line.split(" //").next().unwrap_or_default() }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The item that begins with these lines, attributes left out, up to the end of its braces or its semicolon.
fn item<'a>(lines: impl Iterator<Item = &'a &'a str>) -> String {
    let mut item = String::new();
    for line in lines.filter(|line| !line.trim_start().starts_with('#')) {
        item.push_str(line);
        item.push('\n');
        let (open, close) = (item.matches('{').count(), item.matches('}').count());
        if (open > 0 && open == close) || (open == 0 && item.contains(';')) {
            break;
        }
    }
    item
}

/// Name and fields of a struct or enum.
fn named(item: &str) -> Option<(&str, &str)> {
    let rest = item.split_once("struct ").or_else(|| item.split_once("enum ")).map(|(_, rest)| rest)?;
    let name = words(rest).next()?;
    let (_, body) = rest.split_once(['{', '('])?;
    Some((name, body))
}

/// The fields of never-log names that hold a text.
fn shown(name: &str, body: &str) -> Vec<String> {
    let mut shown = Vec::new();
    for piece in body.split([',', '{', '\n']) {
        let Some((field, kind)) = piece.split_once(": ") else { continue };
        let field = words(field).last().unwrap_or_default();
        if is_never(field) && is_text(kind) {
            shown.push(field.to_owned());
        }
    }
    // A type around one text goes by its own name.
    let wraps = !body.contains(": ") && body.trim_end().ends_with(");") && is_text(body);
    if wraps && is_never(&snake(name)) {
        shown.push("0".to_owned());
    }
    shown
}

fn is_never(name: &str) -> bool {
    name.rsplit('_').next().is_some_and(|word| NEVER.contains(&word))
}

/// Whether `Debug` of the type shows what somebody wrote. Numbers and names of the program's own do not give anything away.
fn is_text(kind: &str) -> bool {
    let holds = |word: &str| matches!(word, "String" | "str" | "u8" | "Value" | "RawValue" | "Bytes");
    !kind.contains("'static") && words(kind).any(holds)
}

/// `IdempotencyKey` as `idempotency_key`.
fn snake(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, c| {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        check_text("components/x/src/lib.rs", text).into_iter().map(|finding| finding.reason).collect()
    }

    #[test]
    fn what_debug_would_show_is_found() {
        for text in [
            "#[derive(Clone, Debug)]\npub struct A {\n    /// Its password.\n    pub(crate) password: String,\n}\n",
            "#[derive(Debug)]\n#[serde(deny_unknown_fields)]\nstruct A<'a> {\n    access_token: Option<&'a str>,\n}",
            "#[derive(Debug)]\nenum A {\n    B { code: String },\n}",
            "#[derive(Debug)]\nstruct A {\n    secret: Zeroizing<String>, // sealed\n}",
            "#[derive(Debug, Clone)]\npub struct IdempotencyKey(String);",
            "#[derive(Debug)]\nstruct A {\n    seed: [u8; 32],\n}",
        ] {
            assert_eq!(found(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn what_it_would_not_show_is_not() {
        for text in [
            "#[derive(Clone)]\npub struct A {\n    password: String,\n}\n",
            "#[derive(Debug)]\npub struct A {\n    password: Password,\n    code: &'static str,\n    email_verified: bool,\n}\n",
            "#[derive(Debug)]\nstruct A {\n    name: String,\n}\nfn f(password: String) {}",
            "#[derive(Debug)]\nstruct A;\n\nstruct B {\n    token: String,\n}",
            "#[cfg(test)]\nmod tests {\n#[derive(Debug)]\nstruct A {\n    token: String,\n}\n}",
            "#[derive(Debug)]\nstruct OrderNumber(String);",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
