//! A wrong input field, named, with a stable code.

use serde::{Deserialize, Deserializer, Serialize};

/// One wrong field of a request. HTTP layers list these in `errors[]` of a problem answer.
///
/// The value itself is never kept: it may be personal data or hostile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{field}: {code}")]
pub struct FieldError {
    /// Path of the field in the request, dots between levels (`shipping_address.city`).
    pub field: String,
    /// Stable machine-readable reason, one of the constants in [`code`].
    pub code: &'static str,
}

impl FieldError {
    /// Names a field and what is wrong with it.
    pub fn new(field: impl Into<String>, code: &'static str) -> Self {
        Self { field: field.into(), code }
    }
}

/// The wrong fields of a request so far: all of them are told at once.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Adds one.
    pub fn push(&mut self, field: &str, code: &'static str) {
        self.0.push(FieldError::new(field, code));
    }

    /// The checked value of a field that was given; `None` when it was not, or is wrong.
    pub fn field<T, U>(
        &mut self,
        field: &str,
        value: Option<T>,
        check: impl FnOnce(T) -> Result<U, &'static str>,
    ) -> Option<U> {
        value.and_then(|value| check(value).map_err(|code| self.push(field, code)).ok())
    }

    /// The same for a field that null clears.
    pub fn clearable<T, U>(
        &mut self,
        field: &str,
        value: Option<Option<T>>,
        check: impl FnOnce(T) -> Result<U, &'static str>,
    ) -> Option<Option<U>> {
        value.map(|value| self.field(field, value, check))
    }

    /// The value, when no field was wrong.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn or<T>(self, value: T) -> Result<T, Vec<FieldError>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}

/// Tells null, `Some(None)`, from absence, `None`: for `#[serde(default, deserialize_with = "given")]`.
///
/// # Errors
/// When the value is neither null nor of the type.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The codes that this crate reports.
pub mod code {
    /// Missing, empty, or nothing but white space.
    pub const REQUIRED: &str = "required";
    /// Shorter than the field's lower bound.
    pub const TOO_SHORT: &str = "too_short";
    /// Longer than the field's upper bound.
    pub const TOO_LONG: &str = "too_long";
    /// NUL, a control character, or a character that reorders or hides text.
    pub const INVALID_CHARACTERS: &str = "invalid_characters";
    /// Not of the expected form.
    pub const INVALID: &str = "invalid";
    /// A number outside its bounds.
    pub const OUT_OF_RANGE: &str = "out_of_range";
    /// Well formed, but kept from everybody.
    pub const RESERVED: &str = "reserved";
    /// Well formed, but not among what the shop offers.
    pub const UNSUPPORTED: &str = "unsupported";
}
