//! Just enough reading of SQL text: what is code, and what is a comment, a string or a function body.

/// The text with comments, strings and dollar-quoted bodies replaced by spaces; positions and lines stay.
pub fn code_of(sql: &str) -> String {
    let mut code = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let hidden = hidden_length(rest);
        let (piece, after) = rest.split_at(if hidden == 0 { first.len_utf8() } else { hidden });
        if hidden == 0 {
            code.push_str(piece);
        } else {
            code.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = after;
    }
    code
}

/// Bytes of the comment, string or body that `text` begins with; 0 when it begins with code.
fn hidden_length(text: &str) -> usize {
    let until = |from: usize, end: &str| {
        let tail = text.get(from..).unwrap_or_default();
        tail.find(end).map_or(text.len(), |at| from + at + end.len())
    };
    if text.starts_with("--") {
        text.find('\n').unwrap_or(text.len())
    } else if text.starts_with("/*") {
        until(2, "*/")
    } else if text.starts_with('\'') {
        until(1, "'")
    } else if let Some(tag) = dollar_tag(text) {
        until(tag.len(), tag)
    } else {
        0
    }
}

/// `$$` or `$tag$` at the beginning of `text`.
fn dollar_tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('$')?;
    let end = inner.find('$')?;
    let name = inner.get(..end)?;
    let is_name =
        name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_name { text.get(..end + 2) } else { None }
}

/// Lower-case words of the code, dots and brackets apart.
fn words(sql: &str) -> Vec<String> {
    let code = code_of(sql).to_lowercase();
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    code.split(|c: char| !is_part(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Names of the functions and procedures that the text creates.
pub fn defined_functions(sql: &str) -> Vec<String> {
    let words = words(sql);
    let mut names = Vec::new();
    let mut rest = words.as_slice();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if first != "create" {
            continue;
        }
        let object = match tail {
            [or, replace, object @ ..] if or == "or" && replace == "replace" => object,
            object => object,
        };
        if let [kind, name, ..] = object
            && (kind == "function" || kind == "procedure")
        {
            names.push(name.clone());
        }
    }
    names
}

/// The first statement that would begin or end a transaction, with its line: files run inside one already.
pub fn transaction_statement(sql: &str) -> Option<(usize, String)> {
    let code = code_of(sql).to_lowercase();
    let mut offset = 0;
    for statement in code.split(';') {
        let trimmed = statement.trim_start();
        let word = trimmed.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        // `begin atomic` opens an SQL-standard function body, which never stands at the beginning of a statement.
        if ["begin", "start", "commit", "rollback", "savepoint", "end"].contains(&word) && !inside_atomic(&code, offset)
        {
            let at = offset + statement.len() - trimmed.len();
            let line = code.get(..at).unwrap_or_default().matches('\n').count() + 1;
            return Some((line, word.to_owned()));
        }
        offset += statement.len() + 1;
    }
    None
}

/// Whether `offset` is inside a `begin atomic … end` body.
fn inside_atomic(code: &str, offset: usize) -> bool {
    let before = code.get(..offset).unwrap_or_default();
    before.rfind("begin atomic").is_some_and(|at| !before.get(at..).unwrap_or_default().contains("end;"))
}

/// Line and column (from 1) of the `position`th character (from 1), and the text of that line.
pub fn locate(sql: &str, position: usize) -> (usize, usize, String) {
    let before: String = sql.chars().take(position.saturating_sub(1)).collect();
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    (line + 1, column + 1, sql.lines().nth(line).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_bodies_are_not_code() {
        let code = code_of("a -- begin\n'it''s; $$' /* x\n */ b $f$ commit; $$ $f$ c $1");
        assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["a", "b", "c", "$1"]);
        assert_eq!(code.matches('\n').count(), 2);
        assert_eq!(code_of("select 'ب'").trim(), "select");
    }

    #[test]
    fn created_functions_are_found() {
        let sql = "-- create function no.no()\nCREATE OR REPLACE FUNCTION api.cart_add(context jsonb) returns jsonb as $$\
                   create function inner.one() $$;\ncreate procedure ops.tidy() language sql as '';";
        assert_eq!(defined_functions(sql), ["api.cart_add", "ops.tidy"]);
    }

    #[test]
    fn transaction_statements_are_found_with_their_line() {
        assert_eq!(transaction_statement("select 1;\n\nCOMMIT;"), Some((3, "commit".into())));
        assert_eq!(transaction_statement("do $$ begin perform 1; end $$; select 1"), None);
        assert_eq!(transaction_statement("create function f() returns int begin atomic select 1; end;"), None);
        assert_eq!(transaction_statement("update t set committed = true; select started from t"), None);
    }

    #[test]
    fn positions_count_characters() {
        assert_eq!(locate("select 'ب',\n  wrong;", 15), (2, 3, "  wrong;".into()));
        assert_eq!(locate("x", 1), (1, 1, "x".into()));
    }
}
