//! The control surface under `/_sandbox`; no real gateway has it.

use std::sync::Arc;

use chrono::Utc;
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::accounts::Merchant;
use crate::behaviour::Behaviour;
use crate::config::Account;
use crate::counters::Counters;
use crate::gateway::{Gateway, Refusal};
use crate::lock;
use crate::moyasar::{Invoice, InvoiceStatus, Outcome, format_amount, invoice_url};
use crate::reply::{Reply, json};
use crate::webhooks::{ReleaseOrder, Repeat};

/// How many invoices of each account the state shows.
const INVOICES_SHOWN: usize = 20;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PayRequest {
    late: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RefundRequest {
    amount: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ReleaseRequest {
    order: ReleaseOrder,
}

/// What is wrong with a request.
struct Problem(StatusCode, String);

impl Problem {
    fn missing(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("no such {what}"))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::missing("object"),
            refusal => Self(StatusCode::CONFLICT, refusal.to_string()),
        }
    }
}

/// Answers a request under `/_sandbox`; `path` holds the segments after it.
pub(crate) async fn respond(gateway: &Arc<Gateway>, method: &Method, path: &[&str], body: &[u8]) -> Reply {
    let answer = route(gateway, method, path, body).await;
    answer.unwrap_or_else(|Problem(status, message)| json(status, &json!({"message": message})))
}

async fn route(gateway: &Arc<Gateway>, method: &Method, path: &[&str], body: &[u8]) -> Result<Reply, Problem> {
    match (method, path) {
        (&Method::GET, ["state"]) => Ok(ok(&state(gateway))),
        (&Method::GET, ["behaviour"]) => Ok(ok(&*lock(&gateway.behaviour))),
        (&Method::PUT, ["behaviour"]) => Ok(set_behaviour(gateway, read(body)?)),
        (&Method::DELETE, ["behaviour"]) => Ok(set_behaviour(gateway, Behaviour::default())),
        (&Method::DELETE, ["mailbox"]) => {
            lock(&gateway.mailbox).clear();
            Ok(ok(&json!({})))
        }
        (&Method::GET, ["dns"]) => Ok(ok(&lock(&gateway.zone).all())),
        (&Method::PUT, ["dns"]) => {
            let set = lock(&gateway.zone).set(read(body)?);
            set.map(|()| ok(&json!({}))).map_err(|error| Problem(StatusCode::BAD_REQUEST, error.to_string()))
        }
        (&Method::DELETE, ["dns"]) => {
            lock(&gateway.zone).clear();
            Ok(ok(&json!({})))
        }
        (&Method::PUT, ["accounts"]) => put_account(gateway, read(body)?),
        (&Method::GET, ["deliveries"]) => Ok(ok(&gateway.webhooks.deliveries())),
        (&Method::POST, ["deliveries", "release"]) => {
            let ReleaseRequest { order } = read(body)?;
            Ok(ok(&json!({"released": gateway.webhooks.release(order).await})))
        }
        (&Method::POST, ["deliveries", event, "repeat"]) => {
            let repeat: Repeat = read(body)?;
            let answers = gateway.webhooks.repeat(id(event)?, repeat).await;
            Ok(ok(&json!({"answers": answers.ok_or_else(|| Problem::missing("event"))?})))
        }
        (&Method::POST, ["invoices", invoice, "pay"]) => {
            let PayRequest { late } = read(body)?;
            Ok(ok(&gateway.attempt_any(id(invoice)?, Outcome::Paid, late)?))
        }
        (&Method::POST, ["invoices", invoice, "decline"]) => {
            Ok(ok(&gateway.attempt_any(id(invoice)?, Outcome::Declined, false)?))
        }
        (&Method::POST, ["payments", payment, "refund"]) => {
            let RefundRequest { amount } = read(body)?;
            Ok(ok(&gateway.refund_any(id(payment)?, amount)?))
        }
        _ => Err(Problem::missing("path or method")),
    }
}

fn ok(view: &impl Serialize) -> Reply {
    json(StatusCode::OK, view)
}

/// A JSON body; an empty one stands for `{}`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Problem(StatusCode::BAD_REQUEST, error.to_string()))
}

fn id(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::missing("object"))
}

fn set_behaviour(gateway: &Gateway, behaviour: Behaviour) -> Reply {
    let reply = ok(&behaviour);
    *lock(&gateway.behaviour) = behaviour;
    reply
}

fn put_account(gateway: &Gateway, account: Account) -> Result<Reply, Problem> {
    match gateway.accounts.put(account, gateway.invoices_kept) {
        Ok(()) => Ok(ok(&json!({}))),
        Err(error) => Err(Problem(StatusCode::BAD_REQUEST, error.to_string())),
    }
}

#[derive(Serialize)]
struct StateView {
    accounts: Vec<AccountView>,
    counters: Counters,
    behaviour: Behaviour,
    held: usize,
    messages: usize,
}

#[derive(Serialize)]
struct AccountView {
    name: String,
    webhook_url: String,
    live: bool,
    invoices: usize,
    payments: usize,
    newest: Vec<InvoiceSummary>,
}

#[derive(Serialize)]
struct InvoiceSummary {
    id: Uuid,
    status: InvoiceStatus,
    amount: String,
    description: String,
    url: String,
}

fn state(gateway: &Gateway) -> StateView {
    StateView {
        accounts: gateway.accounts.all().iter().map(|merchant| account_view(gateway, merchant)).collect(),
        counters: lock(&gateway.counters).clone(),
        behaviour: lock(&gateway.behaviour).clone(),
        held: gateway.webhooks.held(),
        messages: lock(&gateway.mailbox).all().len(),
    }
}

fn account_view(gateway: &Gateway, merchant: &Merchant) -> AccountView {
    let now = Utc::now();
    let summary = |invoice: &Invoice| InvoiceSummary {
        id: invoice.id,
        status: invoice.status(now),
        amount: format_amount(invoice.amount, &invoice.currency),
        description: invoice.description.clone(),
        url: invoice_url(&gateway.public_url, invoice.id),
    };
    let ledger = lock(&merchant.ledger);
    let (invoices, payments) = ledger.sizes();
    AccountView {
        name: merchant.account.name.clone(),
        webhook_url: merchant.account.webhook_url.clone(),
        live: merchant.account.is_live(),
        invoices,
        payments,
        newest: ledger.newest(INVOICES_SHOWN).map(summary).collect(),
    }
}
