//! What the use-cases of identity refuse, as problems.

use commerce_app::external::ExternalError;
use commerce_app::identity::IdentityError;
use commerce_http::Problem;
use http::StatusCode;

/// Seconds after which the queue of hashes has moved on.
const BUSY_RETRY_S: u32 = 1;

/// The problem of an error. It never says whether an address is known.
pub fn of(error: IdentityError) -> Problem {
    match error {
        IdentityError::Db(error) => error.into(),
        IdentityError::InvalidCredentials { rate } => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED, "invalid_credentials");
            match rate {
                Some(rate) => problem.rate(rate),
                None => problem,
            }
        }
        IdentityError::SessionEnded { .. } => Problem::new(StatusCode::UNAUTHORIZED, "session_ended"),
        IdentityError::Busy => Problem::new(StatusCode::TOO_MANY_REQUESTS, "busy").retry_after(BUSY_RETRY_S),
        IdentityError::Keys(error) => Problem::unavailable("not_configured", 5).because(error.to_string()),
        IdentityError::Random(_) => Problem::internal(),
        IdentityError::Internal(what) => Problem::internal().because(what),
    }
}

/// Seconds after which a provider may be there again.
const PROVIDER_RETRY_S: u32 = 5;

/// The problem of a sign-in with others.
pub fn of_external(error: ExternalError) -> Problem {
    match error {
        ExternalError::Identity(error) => of(error),
        ExternalError::OtherFlow => Problem::not_found("provider_not_found"),
        ExternalError::State => Problem::new(StatusCode::UNAUTHORIZED, "state_invalid"),
        ExternalError::Declined => Problem::new(StatusCode::UNAUTHORIZED, "sign_in_declined"),
        ExternalError::Token(_) => Problem::new(StatusCode::UNAUTHORIZED, "invalid_token"),
        ExternalError::Signature => Problem::new(StatusCode::UNAUTHORIZED, "invalid_signature"),
        ExternalError::Event => Problem::unprocessable("malformed_event"),
        ExternalError::Unavailable(_) => Problem::unavailable("provider_unavailable", PROVIDER_RETRY_S),
        ExternalError::Failed(what) => Problem::new(StatusCode::BAD_GATEWAY, "provider_failed").because(what),
        ExternalError::NotConfigured(what) => Problem::unavailable("not_configured", PROVIDER_RETRY_S).because(what),
    }
}
