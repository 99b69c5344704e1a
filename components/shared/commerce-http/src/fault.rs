//! Reads typed values out of JSON and query strings with errors that name the field.

use std::fmt::Display;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::codes;
use crate::problem::FieldError;

/// What is wrong with a value, and where. Never repeats the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    path: Vec<String>,
    code: String,
    message: String,
}

impl Fault {
    fn new(code: &'static str, message: String) -> Self {
        Self { path: Vec::new(), code: code.to_owned(), message }
    }

    fn at(mut self, segment: impl Into<String>) -> Self {
        self.path.push(segment.into());
        self
    }

    /// The error item of an answer.
    pub fn into_error(self) -> FieldError {
        let path: Vec<String> = self.path.into_iter().rev().collect();
        FieldError::new(&path.join("."), self.code, self.message)
    }

    /// The same with the words of a query string.
    pub fn into_parameter_error(mut self) -> FieldError {
        if self.code == "unknown_field" {
            "unknown_parameter".clone_into(&mut self.code);
        }
        self.into_error()
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        let message = message.to_string();
        if codes::is_code(&message) {
            let title = codes::title(&message).to_owned();
            return Self { path: Vec::new(), code: message, message: title };
        }
        Self::new("invalid", message)
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new("invalid_type", format!("expected {expected}"))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let number = matches!(unexpected, Unexpected::Signed(_) | Unexpected::Unsigned(_) | Unexpected::Float(_));
        Self::new(if number { "out_of_range" } else { "invalid" }, format!("expected {expected}"))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new("invalid_length", format!("expected {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new("invalid", format!("expected one of: {}", expected.join(", ")))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new("unknown_field", format!("expected one of: {}", expected.join(", "))).at(field)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("required", codes::title("required").to_owned()).at(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new("duplicate_field", codes::title("duplicate_field").to_owned()).at(field)
    }
}

/// A JSON value to be read.
pub(crate) struct Node<'a>(pub &'a Value);

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(values) => visitor.visit_seq(Items(values.iter().enumerate())),
            Value::Object(fields) => {
                visitor.visit_map(Fields::new(fields.iter().map(|(name, value)| (name.as_str(), Node(value)))))
            }
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (_, _, number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(text) => unit_variant(text, visitor),
            _ => Err(Fault::new("invalid_type", "expected a string".to_owned())),
        }
    }

    /// An object, and not, as serde would let pass, an array of the fields' values.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.0.is_object() {
            self.deserialize_any(visitor)
        } else {
            Err(Fault::new("invalid_type", "expected an object".to_owned()))
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

fn unit_variant<'de, V: Visitor<'de>>(name: &str, visitor: V) -> Result<V::Value, Fault> {
    let name: StrDeserializer<'_, Fault> = name.into_deserializer();
    visitor.visit_enum(name)
}

/// A query parameter's text to be read as whatever the field is.
pub(crate) struct Text<'a>(pub &'a str);

/// Reads a number from the whole text.
macro_rules! numbers {
    ($($method:ident $visit:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let number = self.0.parse().map_err(|_| Fault::new("invalid_type", "expected a whole number".to_owned()))?;
            visitor.$visit(number)
        }
    )*};
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(Fault::new("invalid_type", "expected true or false".to_owned())),
        }
    }

    numbers! {
        deserialize_i8 visit_i64, deserialize_i16 visit_i64, deserialize_i32 visit_i64, deserialize_i64 visit_i64,
        deserialize_u8 visit_i64, deserialize_u16 visit_i64, deserialize_u32 visit_i64, deserialize_u64 visit_i64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        unit_variant(self.0, visitor)
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Named values in their order.
pub(crate) struct Fields<'a, I, D> {
    rest: I,
    current: Option<(&'a str, D)>,
}

impl<'a, D, I: Iterator<Item = (&'a str, D)>> Fields<'a, I, D> {
    pub fn new(rest: I) -> Self {
        Self { rest, current: None }
    }
}

impl<'de, D, I> MapAccess<'de> for Fields<'de, I, D>
where
    D: Deserializer<'de, Error = Fault>,
    I: Iterator<Item = (&'de str, D)>,
{
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.current = self.rest.next();
        match &self.current {
            Some((name, _)) => seed.deserialize(Text(name)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        match self.current.take() {
            Some((name, value)) => seed.deserialize(value).map_err(|fault| fault.at(name)),
            None => Err(Fault::new("invalid", "value without a name".to_owned())),
        }
    }
}

struct Items<'a>(std::iter::Enumerate<std::slice::Iter<'a, Value>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        match self.0.next() {
            Some((at, value)) => seed.deserialize(Node(value)).map(Some).map_err(|fault| fault.at(at.to_string())),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "snake_case")]
    struct Order {
        address: Address,
        #[serde(default)]
        lines: Vec<Line>,
        method: Option<Method>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Address {
        city: String,
    }

    #[derive(Debug, Deserialize)]
    struct Line {
        quantity: u16,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Method {
        Card,
    }

    fn fault(value: &Value) -> (String, String) {
        let fault = Order::deserialize(Node(value)).unwrap_err();
        let path: Vec<&str> = fault.path.iter().rev().map(String::as_str).collect();
        (path.join("."), fault.code)
    }

    #[test]
    fn a_good_value_is_read() {
        let value = json!({"address": {"city": "الرياض"}, "lines": [{"quantity": 3}], "method": "card"});
        let order = Order::deserialize(Node(&value)).unwrap();
        assert_eq!((order.address.city.as_str(), order.lines[0].quantity), ("الرياض", 3));
        assert_eq!(order.method, Some(Method::Card));
    }

    #[test]
    fn every_fault_names_its_field() {
        let city = json!({"city": "x"});
        for (value, path, code) in [
            (json!({}), "address", "required"),
            (json!({"address": {}}), "address.city", "required"),
            (json!({"address": {"city": 5}}), "address.city", "invalid_type"),
            (json!({"address": {"city": "x", "zip": 1}}), "address.zip", "unknown_field"),
            (
                json!({"address": city, "lines": [{"quantity": 1}, {"quantity": -1}]}),
                "lines.1.quantity",
                "out_of_range",
            ),
            (json!({"address": city, "lines": [{"quantity": 1_000_000_000}]}), "lines.0.quantity", "out_of_range"),
            (json!({"address": city, "lines": [{"quantity": 1.5}]}), "lines.0.quantity", "invalid_type"),
            (json!({"address": city, "lines": {}}), "lines", "invalid_type"),
            (json!({"address": city, "method": "cash"}), "method", "invalid"),
            (json!({"address": city, "method": {"card": 1}}), "method", "invalid_type"),
            (json!([]), "", "invalid_type"),
            (json!([{"city": "x"}, [], null]), "", "invalid_type"),
            (json!({"address": ["x"]}), "address", "invalid_type"),
            (json!(null), "", "invalid_type"),
        ] {
            assert_eq!(fault(&value), (path.to_owned(), code.to_owned()), "{value}");
        }
    }

    #[test]
    fn a_domain_type_may_name_its_own_code() {
        let fault: Fault = de::Error::custom("cart_full");
        assert_eq!((fault.code.as_str(), fault.message.as_str()), ("cart_full", codes::title("cart_full")));
        let fault: Fault = de::Error::custom("must be an e-mail address");
        assert_eq!(fault.code, "invalid");
    }
}
