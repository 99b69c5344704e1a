//! Settles payments whose webhook never came: asks the gateway about every payment that has waited long enough.

use commerce_db::jobs::{self, DuePayment, PaymentsDueInput};
use commerce_db::webhooks::{self, GatewayTruth, SettleInput};
use commerce_db::{CallContext, DbError};
use commerce_domain::ids::PaymentId;
use commerce_gateways::{GatewayError, GatewayRef, Invoice, Moyasar, PaymentGateway};
use futures::{StreamExt, stream};

use crate::gateway;
use crate::place_order::RESERVATION_S;

/// How many gateways are asked at the same time.
const PARALLEL: usize = 8;

/// What one run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// Payments whose state was asked for and applied.
    pub done: usize,
    /// Whether more payments are due.
    pub more: bool,
}

/// Asks the gateways about payments that are due, at most `limit`.
///
/// # Errors
/// [`DbError`] when no list can be had. A payment that cannot be settled now is due again later.
pub async fn reconcile_payments(context: &CallContext, limit: i64) -> Result<Reconciled, DbError> {
    let due = jobs::PAYMENTS_DUE.call(context, &PaymentsDueInput { limit }).await?.value;
    let done = stream::iter(due.payments)
        .map(|payment| reconcile(context, payment))
        .buffer_unordered(PARALLEL)
        .filter(|settled| std::future::ready(*settled))
        .count()
        .await;
    Ok(Reconciled { done, more: due.more })
}

/// Whether the payment's state could be had and applied.
async fn reconcile(context: &CallContext, due: DuePayment) -> bool {
    let gateway = match gateway::open(&due.provider, &due.mode, &due.credential_ref).await {
        Ok(gateway) => gateway,
        Err(error) => {
            gateway::log(context, "reconcile_access", &error);
            return false;
        }
    };
    let truth = match ask(context, &gateway, &due).await {
        Ok(Some(invoice)) => {
            let paid_by = invoice.gateway_payment_id.as_ref();
            gateway::settlement_truth(invoice.gateway_ref.as_str(), paid_by, invoice.truth())
        }
        Ok(None) => match given_up(&due, gateway.is_live()) {
            Some(truth) => truth,
            None => return false,
        },
        Err(error) => {
            gateway::log(context, "reconcile", &error);
            return false;
        }
    };
    let input = SettleInput {
        account_id: due.account_id,
        payment_id: Some(due.payment_id),
        gateway_ref: due.gateway_ref,
        event: None,
        truth: Some(truth),
    };
    let context = context.clone().for_tenant(due.tenant_id);
    webhooks::SETTLE.call(&context, &input).await.is_ok()
}

/// The payment's invoice: by the gateway's reference, or by ours when the gateway's first answer was never recorded.
async fn ask(context: &CallContext, gateway: &Moyasar, due: &DuePayment) -> Result<Option<Invoice>, GatewayError> {
    match &due.gateway_ref {
        Some(reference) => {
            let reference = GatewayRef::parse(reference).ok_or(GatewayError::InvalidRequest("reference"))?;
            let answer = gateway::ask(context, gateway.fetch_invoice(&reference)?).await?;
            gateway.parse_invoice(&reference, &answer).map(Some)
        }
        None => {
            let payment_id = PaymentId::new(due.payment_id);
            let answer = gateway::ask(context, gateway.find_invoice(payment_id)).await?;
            gateway.parse_found(payment_id, &answer)
        }
    }
}

/// An invoice that was never made, of a checkout that nobody took up again while its stock was reserved: nothing can be
/// paid any more. Before that a retry may still make it.
fn given_up(due: &DuePayment, live: bool) -> Option<GatewayTruth> {
    (due.age_s > RESERVATION_S).then(|| GatewayTruth {
        gateway_ref: due.gateway_ref.clone().unwrap_or_default(),
        gateway_payment_ref: None,
        status: "expired".into(),
        failure: None,
        amount_minor: due.amount_minor,
        currency: due.currency.clone(),
        live,
    })
}
