//! Scheduled work over all active tenants. Each call does a bounded amount and can be repeated at any time.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::public_id;
use crate::call::global_function;

/// Input of a job that does at most `limit` units of work.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct JobInput {
    /// Most units of work in one call.
    pub limit: i64,
}

/// Answer of a job, in the shape of its public answer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct JobDone {
    /// Units of work done.
    pub done: i64,
    /// Whether there was more to do than the limit allowed.
    pub more: bool,
}

/// Input of [`PAYMENTS_DUE`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PaymentsDueInput {
    /// Most payments in one call. Each is given to one caller only until its next check is due.
    pub limit: i64,
}

/// Answer of [`PAYMENTS_DUE`].
#[derive(Clone, Debug, Deserialize)]
pub struct PaymentsDue {
    /// The payments to ask the gateway about.
    pub payments: Vec<DuePayment>,
    /// Whether there were more than the limit allowed.
    pub more: bool,
}

/// A payment whose outcome should be asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct DuePayment {
    /// Its tenant.
    #[serde(deserialize_with = "public_id::one")]
    pub tenant_id: Uuid,
    /// The payment.
    #[serde(deserialize_with = "public_id::one")]
    pub payment_id: Uuid,
    /// Its order.
    #[serde(deserialize_with = "public_id::one")]
    pub order_id: Uuid,
    /// The gateway's id of the invoice; absent while the gateway's first answer is unknown.
    #[serde(default)]
    pub gateway_ref: Option<String>,
    /// The payment's status.
    pub status: String,
    /// What was asked for.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Seconds since the payment was begun.
    pub age_s: i64,
    /// The gateway account.
    #[serde(deserialize_with = "public_id::one")]
    pub account_id: Uuid,
    /// `moyasar`.
    pub provider: String,
    /// `test` or `live`.
    pub mode: String,
    /// Which entry of `gateway_credentials` signs calls.
    pub credential_ref: String,
}

global_function! {
    /// Gives back stock whose reservation has run out; the orders stay pending.
    RELEASE_RESERVATIONS, "jobs_release_reservations", JobInput => JobDone
}
global_function! {
    /// Leases payments that wait for an outcome.
    PAYMENTS_DUE, "jobs_payments_due", PaymentsDueInput => PaymentsDue
}
global_function! {
    /// Gives events their place in their tenant's gap-free sequence.
    PUBLISH_EVENTS, "jobs_publish_events", JobInput => JobDone
}
global_function! {
    /// Removes what has outlived its use: idempotency records, abandoned carts.
    PURGE, "jobs_purge", JobInput => JobDone
}
global_function! {
    /// Gives lines of the trail their place in their tenant's chain.
    SEAL_AUDIT, "jobs_seal_audit", JobInput => JobDone
}
