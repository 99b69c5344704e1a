//! A wrong input field, named, with a stable code.

use serde::Serialize;

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
    /// Well formed, but not among what the shop offers.
    pub const UNSUPPORTED: &str = "unsupported";
}
