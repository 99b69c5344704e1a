//! The routes under `/v1`.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::Utc;
use http::header::AUTHORIZATION;
use http::{Method, StatusCode, request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::errors::{self, FieldErrors};
use super::filter::{Filter, Meta};
use super::input::NewInvoice;
use super::objects::{InvoiceView, PaymentView};
use crate::accounts::Merchant;
use crate::behaviour::{Lie, RequestBehaviour};
use crate::gateway::{Gateway, Refusal};
use crate::lock;
use crate::misbehave::{self, set};
use crate::reply::{Dropped, Reply, json_bytes, to_bytes};

/// Answers a request under `/v1`; `path` holds the segments after it.
pub(crate) async fn respond(
    gateway: &Arc<Gateway>,
    head: &request::Parts,
    path: &[&str],
    body: Bytes,
) -> Result<Reply, Dropped> {
    let answer = match authenticate(gateway, head) {
        Some(merchant) => route(gateway, &merchant, head, path, &body).await,
        None => Ok(errors::unauthorized()),
    };
    let status = answer.as_ref().map_or(0, |reply| reply.status().as_u16());
    *lock(&gateway.counters).api_answers.entry(status).or_default() += 1;
    answer
}

/// HTTP Basic: the API key is the user name, the password stays empty.
fn authenticate(gateway: &Gateway, head: &request::Parts) -> Option<Arc<Merchant>> {
    let (scheme, credentials) = head.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    gateway.accounts.by_key(credentials.split_once(':')?.0)
}

async fn route(
    gateway: &Arc<Gateway>,
    merchant: &Arc<Merchant>,
    head: &request::Parts,
    path: &[&str],
    body: &[u8],
) -> Result<Reply, Dropped> {
    let query = head.uri.query().unwrap_or_default();
    match (&head.method, path) {
        (&Method::POST, ["invoices"]) => {
            let behaviour = lock(&gateway.behaviour).create.take();
            misbehave(behaviour, || create_invoice(gateway, merchant, body)).await
        }
        (&Method::GET, ["invoices" | "payments", ..]) => {
            let behaviour = lock(&gateway.behaviour).fetch.take();
            misbehave(behaviour, || fetch(gateway, merchant, path, query)).await
        }
        (&Method::PUT, ["invoices", id, "cancel"]) => Ok(cancel_invoice(gateway, merchant, id)),
        (&Method::POST, ["payments", id, "refund"]) => Ok(refund_payment(gateway, merchant, id, body)),
        (_, ["invoices" | "payments", ..]) => Ok(errors::method_not_allowed()),
        _ => Ok(errors::not_found()),
    }
}

/// Runs `work` the way the behaviour says.
async fn misbehave(behaviour: RequestBehaviour, work: impl FnOnce() -> Reply) -> Result<Reply, Dropped> {
    let RequestBehaviour { delay_ms, fault, lie, .. } = behaviour;
    let polish = lie.map(|lie| move |object: &mut Value| tell_lie(object, &lie));
    misbehave::misbehave(delay_ms, fault.as_ref(), errors::failure, work, polish).await
}

fn tell_lie(object: &mut Value, lie: &Lie) {
    for list in ["invoices", "payments"] {
        for item in object.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            tell_lie(item, &Lie { id: None, status: None, ..lie.clone() });
        }
    }
    if object.get("id").is_some() {
        set(object, "id", lie.id.clone());
        set(object, "status", lie.status.clone());
        set(object, "amount", lie.amount);
        set(object, "currency", lie.currency.clone());
    }
}

fn create_invoice(gateway: &Gateway, merchant: &Merchant, body: &[u8]) -> Reply {
    let now = Utc::now();
    let new = match NewInvoice::parse(body, now) {
        Ok(new) => new,
        Err(fields) => return errors::validation(&fields),
    };
    let mut ledger = lock(&merchant.ledger);
    let id = ledger.create(new, now);
    lock(&gateway.counters).invoices_created += 1;
    match ledger.invoice(id) {
        Some(invoice) => {
            json_bytes(StatusCode::CREATED, to_bytes(&InvoiceView::new(invoice, &gateway.public_url, now)))
        }
        None => errors::not_found(),
    }
}

fn fetch(gateway: &Gateway, merchant: &Merchant, path: &[&str], query: &str) -> Reply {
    match path {
        ["invoices"] => list_invoices(gateway, merchant, query),
        ["invoices", id] => show_invoice(gateway, merchant, id),
        ["payments"] => list_payments(gateway, merchant, query),
        ["payments", id] => show_payment(gateway, merchant, id),
        _ => errors::not_found(),
    }
}

fn show_invoice(gateway: &Gateway, merchant: &Merchant, id: &str) -> Reply {
    let ledger = lock(&merchant.ledger);
    match id.parse().ok().and_then(|id| ledger.invoice(id)) {
        Some(invoice) => ok(&InvoiceView::new(invoice, &gateway.public_url, Utc::now())),
        None => errors::not_found(),
    }
}

fn show_payment(gateway: &Gateway, merchant: &Merchant, id: &str) -> Reply {
    let ledger = lock(&merchant.ledger);
    match id.parse().ok().and_then(|id| ledger.payment(id)) {
        Some((invoice, payment)) => ok(&PaymentView::new(invoice, payment, &gateway.public_url)),
        None => errors::not_found(),
    }
}

#[derive(Serialize)]
struct InvoiceList<'a> {
    invoices: Vec<InvoiceView<'a>>,
    meta: Meta,
}

fn list_invoices(gateway: &Gateway, merchant: &Merchant, query: &str) -> Reply {
    let filter = match Filter::parse(query) {
        Ok(filter) => filter,
        Err(fields) => return errors::validation(&fields),
    };
    let now = Utc::now();
    let ledger = lock(&merchant.ledger);
    let page = ledger.list_invoices(&filter, now);
    let invoices = page.items.iter().map(|invoice| InvoiceView::new(invoice, &gateway.public_url, now)).collect();
    ok(&InvoiceList { invoices, meta: Meta::new(filter.page, page.total) })
}

#[derive(Serialize)]
struct PaymentList<'a> {
    payments: Vec<PaymentView<'a>>,
    meta: Meta,
}

fn list_payments(gateway: &Gateway, merchant: &Merchant, query: &str) -> Reply {
    let filter = match Filter::parse(query) {
        Ok(filter) => filter,
        Err(fields) => return errors::validation(&fields),
    };
    let ledger = lock(&merchant.ledger);
    let page = ledger.list_payments(&filter);
    let view = |(invoice, payment)| PaymentView::new(invoice, payment, &gateway.public_url);
    let payments = page.items.into_iter().map(view).collect();
    ok(&PaymentList { payments, meta: Meta::new(filter.page, page.total) })
}

fn cancel_invoice(gateway: &Gateway, merchant: &Merchant, id: &str) -> Reply {
    let Ok(invoice) = id.parse() else { return errors::not_found() };
    let canceled = lock(&merchant.ledger).cancel(invoice, Utc::now());
    match canceled {
        Ok(()) => show_invoice(gateway, merchant, id),
        Err(refusal) => refused(&refusal),
    }
}

/// Body of a refund; without an amount the whole payment is refunded.
#[derive(Default, Deserialize)]
struct RefundRequest {
    amount: Option<i64>,
}

fn refund_payment(gateway: &Arc<Gateway>, merchant: &Arc<Merchant>, id: &str, body: &[u8]) -> Reply {
    let request: RefundRequest = match body {
        [] => RefundRequest::default(),
        body => match serde_json::from_slice(body) {
            Ok(request) => request,
            Err(_) => return errors::validation(&FieldErrors::from([("amount", vec!["must be an integer"])])),
        },
    };
    let Ok(payment) = id.parse::<Uuid>() else { return errors::not_found() };
    match gateway.refund(merchant, payment, request.amount) {
        Ok(_) => show_payment(gateway, merchant, id),
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Reply {
    match refusal {
        Refusal::NotFound => errors::not_found(),
        refusal => errors::refused(&refusal.to_string()),
    }
}

fn ok(view: &impl Serialize) -> Reply {
    json_bytes(StatusCode::OK, to_bytes(view))
}
