//! JSON with what `serde_json` lets pass and a public API should not: doubled names, NUL characters, deep nesting.
//! (It refuses lone surrogates, bad UTF-8 and trailing text by itself.)

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::Problem;
use crate::problem::FieldError;

/// Deepest nesting of a body.
const MAX_DEPTH: u8 = 16;

/// Why a value was refused, kept beside the parser, whose errors carry nothing but text.
type Refusal = RefCell<Option<Problem>>;

/// Parses a whole body.
pub(crate) fn parse(body: &[u8]) -> Result<Value, Problem> {
    let refusal = Refusal::default();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = Strict { depth: 0, refusal: &refusal }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|_| refusal.into_inner().unwrap_or_else(|| Problem::bad_request("malformed_json")))
}

#[derive(Clone, Copy)]
struct Strict<'r> {
    depth: u8,
    refusal: &'r Refusal,
}

impl<'r> Strict<'r> {
    fn refuse<T, E: Error>(self, problem: Problem) -> Result<T, E> {
        self.refusal.replace(Some(problem));
        Err(E::custom("refused"))
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return self.refuse(Problem::unprocessable("too_deep"));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn text<E: Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') { self.refuse(Problem::unprocessable("nul_character")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.text(text)?;
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut fields = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            self.text(&name)?;
            if fields.contains_key(&name) {
                let error = FieldError::new(&name, "duplicate_field", "given twice");
                return self.refuse(Problem::bad_request("duplicate_field").with(error));
            }
            let value = entries.next_value_seed(inner)?;
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(body: &[u8]) -> String {
        parse(body).unwrap_err().code().to_owned()
    }

    #[test]
    fn broken_json_is_malformed() {
        for body in
            [&b""[..], b"{", b"{}x", b"nul", b"{\"a\":1,}", b"\"\\ud800\"", b"\"\xff\"", b"'a'", b"1e999", b"\"\x01\""]
        {
            assert_eq!(code(body), "malformed_json", "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn what_json_allows_and_we_do_not_has_its_own_code() {
        assert_eq!(code(br#"{"a":1,"a":2}"#), "duplicate_field");
        assert_eq!(code(br#"{"a":[{"b":1,"\u0062":2}]}"#), "duplicate_field");
        assert_eq!(code(br#"{"a":"x\u0000y"}"#), "nul_character");
        assert_eq!(code(br#"{"x\u0000y":1}"#), "nul_character");
        assert_eq!(code("[".repeat(17).as_bytes()), "too_deep");
        assert!(parse(format!("{}{}", "[".repeat(16), "]".repeat(16)).as_bytes()).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_value_or_a_client_error(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Err(problem) = parse(&body) {
                prop_assert!(problem.status().is_client_error());
            }
        }
    }
}
