//! `/payments`: events of payment gateways.

use axum::response::Response;
use commerce_app::settle_payment::{SettlePaymentError, WebhookError};
use commerce_db::Actor;
use commerce_http::{PathId, PathParam, Problem, RawBody, RequestInfo};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// `{endpoint_id}`: 32 hexadecimal digits, 128 random bits.
pub struct EndpointParam(Uuid);

impl PathParam for EndpointParam {
    const NAME: &'static str = "endpoint_id";
    const PATTERN: &'static str = "^[0-9a-f]{32}$";
    const NOT_FOUND: &'static str = "endpoint_not_found";

    fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        digits.then(|| Uuid::try_parse(text).ok()).flatten().map(Self)
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = EventTaken)]
pub struct Settled {
    outcome: String,
}

/// `POST /payments/moyasar/{endpoint_id}`: an event. Answers 2xx once it is recorded or was recorded before, whatever its outcome.
pub async fn receive_moyasar_event(
    info: RequestInfo,
    PathId(EndpointParam(endpoint_id)): PathId<EndpointParam>,
    RawBody(body): RawBody,
) -> Result<Response, Problem> {
    let context = info.context(Actor::Gateway);
    let outcome = commerce_app::settle_payment(&context, endpoint_id, &body).await.map_err(problem)?;
    info.success(StatusCode::OK, &Settled { outcome })
}

fn problem(error: SettlePaymentError) -> Problem {
    match error {
        SettlePaymentError::Db(error) => error.into(),
        SettlePaymentError::Webhook(WebhookError::Unauthenticated) => {
            Problem::new(StatusCode::UNAUTHORIZED, "invalid_signature")
        }
        SettlePaymentError::Webhook(WebhookError::TooLarge) => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large")
        }
        SettlePaymentError::Webhook(WebhookError::Malformed(field)) => {
            Problem::field(field, "invalid", "is missing or not of the documented form")
        }
        SettlePaymentError::Access(_) => Problem::unavailable("not_configured", 60),
    }
}
