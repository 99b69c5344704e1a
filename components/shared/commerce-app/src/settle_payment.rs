//! A gateway's webhook. Its secret proves the sender, not the truth: the event is a hint to ask the gateway what happened
//! (reliability §2). Two statements: whose endpoint it is, and the settlement, which records the event once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use commerce_db::webhooks::{self, Endpoint, EndpointInput, GatewayEvent, GatewayTruth, SettleInput};
use commerce_db::{CallContext, DbError};
use commerce_domain::settlement::Outcome;
use commerce_gateways::{GatewayError, Moyasar, PaymentGateway, SecretDigest};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::gateway::{self, GatewayAccessError};

pub use commerce_gateways::WebhookError;

/// Why a webhook was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SettlePaymentError {
    /// The database refused or cannot be reached; the gateway shall try again.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Not sent by the gateway, or not of its form.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// The deployment is not configured for the account; the gateway shall try again.
    #[error(transparent)]
    Access(#[from] GatewayAccessError),
}

/// Takes a webhook: verifies it, asks the gateway, settles. Answers with the outcome's name.
///
/// # Errors
/// [`SettlePaymentError`].
pub async fn settle_payment(
    context: &CallContext,
    endpoint_id: Uuid,
    body: &[u8],
) -> Result<String, SettlePaymentError> {
    let digest = hex(&Sha256::digest(body));
    let endpoint =
        webhooks::ENDPOINT.call(context, &EndpointInput { endpoint_id, digest: digest.clone() }).await?.value;
    Moyasar::verify_webhook(body, &secrets(&endpoint))?;
    if endpoint.seen.as_deref().is_some_and(|outcome| outcome != Outcome::Unverified.as_str()) {
        return Ok(Outcome::Duplicate.as_str().into());
    }
    let event = Moyasar::parse_event(body)?;
    let about = event.payment.as_ref();
    let gateway = gateway::open(&endpoint.provider, &endpoint.mode, &endpoint.credential_ref).await?;
    let found = match about {
        Some(payment) => fetch_truth(&gateway, context, &payment.gateway_payment_id).await,
        None => None,
    };
    let hinted_ref = about.and_then(|payment| payment.gateway_ref.as_ref()).map(ToString::to_string);
    let input = SettleInput {
        account_id: endpoint.account_id,
        payment_id: found.as_ref().and_then(|found| found.payment_id),
        gateway_ref: found.as_ref().map(|found| found.truth.gateway_ref.clone()).or(hinted_ref),
        event: Some(GatewayEvent {
            digest,
            body: STANDARD.encode(without_secret(body)),
            kind: event.type_name.clone(),
            reference: event.id.to_string(),
            live: event.live,
        }),
        truth: found.map(|found| found.truth),
    };
    let context = context.clone().for_tenant(endpoint.tenant_id);
    Ok(webhooks::SETTLE.call(&context, &input).await?.value.outcome)
}

/// What the gateway says of a payment attempt, and which of our payments its invoice was made for.
struct Found {
    truth: GatewayTruth,
    payment_id: Option<Uuid>,
}

/// Asks for the attempt and then for its invoice: the attempt tells what happened, the invoice whose it is, even when the
/// checkout that made it has not yet recorded its reference. `None` when the gateway cannot be asked: the event is recorded
/// as unverified and the reconciling job asks again.
async fn fetch_truth(
    gateway: &Moyasar,
    context: &CallContext,
    attempt: &commerce_gateways::GatewayRef,
) -> Option<Found> {
    let asked = async {
        let payment = gateway.parse_payment(attempt, &gateway::ask(context, gateway.fetch_payment(attempt)?).await?)?;
        let gateway_ref = payment.gateway_ref.clone().ok_or(GatewayError::Malformed("invoice_id"))?;
        let invoice =
            gateway.parse_invoice(&gateway_ref, &gateway::ask(context, gateway.fetch_invoice(&gateway_ref)?).await?)?;
        Ok((payment, invoice))
    };
    match asked.await {
        Ok((payment, invoice)) => {
            let reference = invoice.gateway_ref.as_str();
            let truth = gateway::settlement_truth(reference, Some(&payment.gateway_payment_id), payment.truth());
            Some(Found {
                truth: GatewayTruth { failure: payment.decline_reason, ..truth },
                payment_id: invoice.payment_id.map(|id| id.as_uuid()),
            })
        }
        Err(error) => {
            let error: GatewayError = error;
            gateway::log(context, "fetch_payment", &error);
            None
        }
    }
}

/// The digests of the secrets that are accepted: the current one, and the one before while it is being rotated.
fn secrets(endpoint: &Endpoint) -> Vec<SecretDigest> {
    let hashes = [&endpoint.secret_sha256, &endpoint.previous_secret_sha256];
    hashes.into_iter().flatten().filter_map(|hex| SecretDigest::from_hex(hex)).collect()
}

/// The body with the characters of its secret blanked out: what is kept for ever must not open anything.
fn without_secret(body: &[u8]) -> Vec<u8> {
    #[derive(serde::Deserialize)]
    struct Only<'a> {
        #[serde(borrow)]
        secret_token: Option<&'a serde_json::value::RawValue>,
    }
    let secret = serde_json::from_slice::<Only<'_>>(body).ok().and_then(|only| only.secret_token).map(|raw| raw.get());
    let Some(secret) = secret.filter(|secret| secret.len() > 2) else { return body.to_vec() };
    let quoted = secret.as_bytes();
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, tail)) = rest.split_first() {
        if rest.starts_with(quoted) {
            kept.extend_from_slice(b"\"***\"");
            rest = rest.get(quoted.len()..).unwrap_or_default();
        } else {
            kept.push(*first);
            rest = tail;
        }
    }
    kept
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_an_event_has_no_secret() {
        let body = br#"{"id":"e1","secret_token":"s\u0065cret","data":{"note":"s\u0065cret"}}"#;
        let kept = String::from_utf8(without_secret(body)).unwrap();
        assert_eq!(kept, r#"{"id":"e1","secret_token":"***","data":{"note":"***"}}"#);
        assert_eq!(without_secret(b"{\"id\":1}"), b"{\"id\":1}");
        assert_eq!(without_secret(b"not json"), b"not json");
    }

    #[test]
    fn digests_are_lower_case_hexadecimal() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }
}
