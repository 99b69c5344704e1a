//! Access to a shop's gateway account: its key from the deployment's secrets, its adapter by provider.

use std::collections::HashMap;
use std::time::Duration;

use commerce_db::variables::{self, Variable};
use commerce_db::webhooks::GatewayTruth;
use commerce_db::{CallContext, Level};
use commerce_domain::settlement::Truth;
use commerce_gateways::{GatewayError, GatewayRef, GatewayRequest, GatewayResponse, Moyasar, Secret};

/// Longest wait for one answer of a gateway. Below the lease of a checkout, so that a request that still waits is never
/// taken for an interrupted one.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The deployment gives no usable access to an account. An operator must act; the log names what is wrong, not the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayAccessError {
    /// `gateway_credentials` cannot be read or is not an object of strings.
    #[error("gateway_credentials cannot be read")]
    Credentials,
    /// It has no entry for the account, or one that is no key of its provider and mode.
    #[error("gateway_credentials has no usable key for the account")]
    Key,
    /// No adapter for the provider.
    #[error("unknown payment provider")]
    Provider,
}

/// The adapter for an account.
///
/// # Errors
/// [`GatewayAccessError`].
pub(crate) async fn open(provider: &str, mode: &str, credential_ref: &str) -> Result<Moyasar, GatewayAccessError> {
    if provider != "moyasar" {
        return Err(GatewayAccessError::Provider);
    }
    let base_url = variables::text(Variable::MoyasarBaseUrl).await.map_err(|_| GatewayAccessError::Credentials)?;
    let all = variables::secret(Variable::GatewayCredentials).await.map_err(|_| GatewayAccessError::Credentials)?;
    let keys: HashMap<&str, String> =
        serde_json::from_str(all.expose()).map_err(|_| GatewayAccessError::Credentials)?;
    let key = keys.get(credential_ref).ok_or(GatewayAccessError::Key)?;
    let gateway = Moyasar::new(&base_url, &Secret::new(key.as_str())).map_err(|_| GatewayAccessError::Key)?;
    // A test key in a live account would take play money for goods (reliability §2).
    if gateway.is_live() == (mode == "live") { Ok(gateway) } else { Err(GatewayAccessError::Key) }
}

/// What the gateway said, in the form that settlement takes.
pub(crate) fn settlement_truth(
    gateway_ref: &str,
    gateway_payment_ref: Option<&GatewayRef>,
    truth: Truth,
) -> GatewayTruth {
    GatewayTruth {
        gateway_ref: gateway_ref.to_owned(),
        gateway_payment_ref: gateway_payment_ref.map(ToString::to_string),
        status: truth.status.as_str().into(),
        failure: None,
        amount_minor: truth.terms.amount_minor,
        currency: truth.terms.currency.code().into(),
        live: truth.terms.live,
    }
}

/// Sends one request on behalf of another, with the time limit of every gateway call.
///
/// # Errors
/// [`GatewayError`].
pub(crate) async fn ask(context: &CallContext, request: GatewayRequest) -> Result<GatewayResponse, GatewayError> {
    commerce_gateways::send(request, context.trace.as_ref(), TIMEOUT).await
}

/// One JSON line for a gateway call that failed: which step and why, never what was sent or answered.
pub(crate) fn log(context: &CallContext, step: &str, error: &dyn std::error::Error) {
    context.log(Level::Warn, "gateway_call", serde_json::json!({"step": step, "error": error.to_string()}));
}
