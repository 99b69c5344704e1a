//! Text for a POSIX shell.

/// `value` as one shell word.
pub fn quote(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// `export NAME=value`, safe to `eval`.
pub fn export(name: &str, value: &str) -> String {
    format!("export {name}={}", quote(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_plain() {
        assert_eq!(quote("postgres://127.0.0.1:5432"), "postgres://127.0.0.1:5432");
    }

    #[test]
    fn everything_else_is_quoted() {
        assert_eq!(quote(""), "''");
        assert_eq!(quote(r#"{"a":"b"}"#), r#"'{"a":"b"}'"#);
        assert_eq!(quote("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(export("A", "x&y"), "export A='x&y'");
    }
}
