//! What can go wrong with a call, as far as a caller can act on it.

use serde::Deserialize;
use serde_json::Value;
use spin_sdk::pg::{Error, PgError, QueryError};

/// Why a call gave no answer. Carries nothing that must not reach a client.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DbError {
    /// The function refused: a SQLSTATE of our class `WS`, whose last three digits are the HTTP status.
    #[error("refused: {status} {code}")]
    Refused {
        /// 400 to 499, or 503 for what may succeed when tried again.
        status: u16,
        /// Stable code, `^[a-z_]+$`.
        code: String,
        /// Facts meant for the caller, written by the function itself.
        detail: Option<Value>,
    },
    /// The database cannot be reached, is starting, stopping or full, or did not answer in time. A write may have
    /// happened.
    #[error("database unavailable")]
    Unavailable,
    /// A conflict between concurrent statements that stayed after one retry. Nothing was written.
    #[error("conflict between concurrent statements")]
    Conflict,
    /// A constraint was violated that no function refused by name before.
    #[error("constraint {name} violated")]
    Constraint {
        /// The constraint's name, `<table>_<columns>_<kind>`.
        name: String,
    },
    /// A fault of ours: unknown function, wrong types, an answer of another shape. The log says where.
    #[error("database call failed")]
    Bug,
}

/// The SQLSTATE of an error, or the nearest word for its absence. Safe to log.
pub(crate) fn sqlstate(error: &Error) -> &str {
    match error {
        Error::Decode(_) => "decode",
        Error::PgError(PgError::ConnectionFailed(_)) => "connection_failed",
        Error::PgError(PgError::BadParameter(_)) => "bad_parameter",
        Error::PgError(PgError::QueryFailed(QueryError::DbError(error))) => &error.code,
        Error::PgError(PgError::QueryFailed(QueryError::Text(_))) => "query_failed",
        Error::PgError(PgError::ValueConversionFailed(_)) => "value_conversion",
        Error::PgError(PgError::Other(_)) => "other",
    }
}

/// Sorts a platform error by its SQLSTATE.
pub(crate) fn classify(error: &Error) -> DbError {
    match error {
        // A query that failed without a SQLSTATE lost its connection half-way; `other` is the pool's own failure.
        Error::PgError(
            PgError::ConnectionFailed(_) | PgError::Other(_) | PgError::QueryFailed(QueryError::Text(_)),
        ) => DbError::Unavailable,
        Error::PgError(PgError::QueryFailed(QueryError::DbError(error))) => {
            by_sqlstate(&error.code, &error.message, error.detail.as_deref(), || {
                error.extras.iter().find(|(name, _)| name.starts_with("constraint")).map(|(_, value)| value.clone())
            })
        }
        Error::Decode(_) | Error::PgError(PgError::BadParameter(_) | PgError::ValueConversionFailed(_)) => DbError::Bug,
    }
}

fn by_sqlstate(
    state: &str,
    message: &str,
    detail: Option<&str>,
    constraint: impl FnOnce() -> Option<String>,
) -> DbError {
    if let Some(status) = state.strip_prefix("WS") {
        let detail = detail.and_then(|text| serde_json::from_str(text).ok());
        return refusal(status.parse().unwrap_or_default(), message, detail);
    }
    match state {
        "40001" | "40P01" => DbError::Conflict,
        // Cancelled by a timeout, lock not granted in time, too many connections, shutting down, read-only failover.
        "57014" | "55P03" | "53300" | "25006" => DbError::Unavailable,
        _ if state.starts_with("57P") || state.starts_with("08") => DbError::Unavailable,
        _ if state.starts_with("23") => DbError::Constraint { name: constraint().unwrap_or_default() },
        _ => DbError::Bug,
    }
}

/// What an answer refuses, if it does: `{"refused": {"status", "code", "detail"}}`. A function answers so, instead of raising, what it
/// records although it refuses: an attempt, a session that ends.
pub(crate) fn refused(answer: &[u8]) -> Option<DbError> {
    #[derive(Deserialize)]
    struct Answer {
        refused: Refusal,
    }
    #[derive(Deserialize)]
    struct Refusal {
        status: u16,
        code: String,
        detail: Option<Value>,
    }
    // Most answers are none; they are told by their first bytes and not parsed twice.
    if !answer.starts_with(br#"{"refused""#) {
        return None;
    }
    Some(match serde_json::from_slice(answer) {
        Ok(Answer { refused: Refusal { status, code, detail } }) => refusal(status, &code, detail),
        Err(_) => DbError::Bug,
    })
}

fn refusal(status: u16, code: &str, detail: Option<Value>) -> DbError {
    let stable = !code.is_empty() && code.len() <= 64 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if stable && ((400..500).contains(&status) || status == 503) {
        DbError::Refused { status, code: code.to_owned(), detail }
    } else {
        DbError::Bug
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spin_sdk::pg::DbError as Fault;

    fn fault(code: &str, message: &str, detail: Option<&str>) -> DbError {
        classify(&Error::PgError(PgError::QueryFailed(QueryError::DbError(Fault {
            as_text: "secret".into(),
            severity: "ERROR".into(),
            code: code.into(),
            message: message.into(),
            detail: detail.map(Into::into),
            extras: vec![("constraint_name".into(), "stock_reserved_check".into())],
        }))))
    }

    #[test]
    fn our_class_is_a_refusal_with_its_status() {
        assert_eq!(
            fault("WS409", "insufficient_stock", Some(r#"{"sku":"A","available":2}"#)),
            DbError::Refused {
                status: 409,
                code: "insufficient_stock".into(),
                detail: Some(serde_json::json!({"sku": "A", "available": 2})),
            }
        );
    }

    #[test]
    fn a_refusal_that_breaks_the_rules_is_a_bug() {
        assert_eq!(fault("WS409", "Key (email)=(a@b) exists", None), DbError::Bug);
        assert_eq!(fault("WS500", "boom", None), DbError::Bug);
        assert_eq!(fault("WS200", "fine", None), DbError::Bug);
        assert_eq!(fault("WSabc", "boom", None), DbError::Bug);
        assert_eq!(fault("WS404", "", None), DbError::Bug);
    }

    #[test]
    fn an_answer_may_refuse_too() {
        let answer = br#"{"refused": {"status": 429, "code": "too_many_attempts", "detail": {"retry_after_s": 4}}}"#;
        assert_eq!(
            refused(answer),
            Some(DbError::Refused {
                status: 429,
                code: "too_many_attempts".into(),
                detail: Some(serde_json::json!({"retry_after_s": 4})),
            })
        );
        assert_eq!(refused(br#"{"refused": {"status": 200, "code": "fine"}}"#), Some(DbError::Bug));
        assert_eq!(refused(br#"{"refused": true}"#), Some(DbError::Bug));
        assert_eq!(refused(br#"{"account": null, "refused": {"status": 401, "code": "x"}}"#), None);
    }

    #[test]
    fn detail_that_is_not_json_is_dropped() {
        let refused = fault("WS404", "cart_not_found", Some("not json"));
        assert_eq!(refused, DbError::Refused { status: 404, code: "cart_not_found".into(), detail: None });
    }

    #[test]
    fn outages_conflicts_and_constraints_are_told_apart() {
        for state in ["57P01", "57P03", "53300", "08006", "57014", "55P03"] {
            assert_eq!(fault(state, "x", None), DbError::Unavailable, "{state}");
        }
        for state in ["40001", "40P01"] {
            assert_eq!(fault(state, "x", None), DbError::Conflict, "{state}");
        }
        assert_eq!(fault("23514", "x", None), DbError::Constraint { name: "stock_reserved_check".into() });
        assert_eq!(fault("42883", "x", None), DbError::Bug);
        assert_eq!(fault("25P02", "x", None), DbError::Bug);
    }

    #[test]
    fn a_lost_connection_is_an_outage() {
        assert_eq!(classify(&Error::PgError(PgError::ConnectionFailed("10.0.0.1".into()))), DbError::Unavailable);
        assert_eq!(classify(&Error::PgError(PgError::QueryFailed(QueryError::Text("x".into())))), DbError::Unavailable);
    }
}
