//! The hosted checkout page: Arabic first, without JavaScript.

use chrono::Utc;
use http::{Method, StatusCode};
use uuid::Uuid;

use crate::accounts::Merchant;
use crate::gateway::{Gateway, Refusal};
use crate::handle::Settled;
use crate::lock;
use crate::moyasar::{
    Invoice, InvoiceStatus, Outcome, Payment, PaymentStatus, format_amount, invoice_url, result_message,
};
use crate::reply::{Reply, html, see_other};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.7 system-ui,sans-serif;margin:0;padding:1.5rem 1rem;background:Canvas;color:CanvasText}\
main{max-width:28rem;margin:0 auto;padding:1.5rem;border:1px solid GrayText;border-radius:.75rem}\
h1{font-size:1.25rem;margin:0 0 .5rem}.amount{font-size:2rem;font-weight:700;margin:.5rem 0}\
.notice{border-inline-start:.3rem solid;padding:.25rem .75rem;margin:1rem 0}\
.test{font-size:.875rem}form{margin:.75rem 0 0}\
button{font:inherit;width:100%;min-height:3rem;border-radius:.5rem;border:2px solid #0b5d3b;cursor:pointer}\
.pay{background:#0b5d3b;color:#fff;font-weight:700}.decline{background:Canvas;color:CanvasText;border-color:GrayText}\
button:focus-visible,a:focus-visible{outline:3px solid #1a73e8;outline-offset:2px}";

/// A sentence in both languages of the page.
struct Bilingual {
    ar: &'static str,
    en: &'static str,
}

/// Answers a request under `/invoices`; `path` holds the segments after it.
pub(crate) fn respond(gateway: &Gateway, method: &Method, path: &[&str]) -> Reply {
    let Some(id) = path.first().and_then(|id| id.parse::<Uuid>().ok()) else { return missing() };
    let Some(merchant) = gateway.accounts.owner_of_invoice(id) else { return missing() };
    match (method, path) {
        (&Method::GET | &Method::HEAD, [_]) => show(&merchant, id),
        (&Method::POST, [_, "pay"]) => match gateway.attempt(&merchant, id, Outcome::Paid, false) {
            Ok(settled) => see_other(&after_payment(gateway, &merchant, id, &settled)),
            Err(refusal) => refused(&merchant, id, refusal),
        },
        (&Method::POST, [_, "decline"]) => match gateway.attempt(&merchant, id, Outcome::Declined, false) {
            Ok(_) => see_other(&invoice_url(&gateway.public_url, id)),
            Err(refusal) => refused(&merchant, id, refusal),
        },
        _ => missing(),
    }
}

fn show(merchant: &Merchant, id: Uuid) -> Reply {
    match lock(&merchant.ledger).invoice(id) {
        Some(invoice) => html(StatusCode::OK, page(merchant, invoice)),
        None => missing(),
    }
}

/// The page says by itself why the invoice cannot be paid.
fn refused(merchant: &Merchant, id: Uuid, refusal: Refusal) -> Reply {
    match lock(&merchant.ledger).invoice(id) {
        Some(invoice) if refusal != Refusal::NotFound => html(StatusCode::CONFLICT, page(merchant, invoice)),
        _ => missing(),
    }
}

/// Where the payer goes after paying: the shop's `success_url` with the result in its query, else this page.
fn after_payment(gateway: &Gateway, merchant: &Merchant, id: Uuid, settled: &Settled) -> String {
    let ledger = lock(&merchant.ledger);
    let success_url = ledger.invoice(id).and_then(|invoice| invoice.success_url.as_deref());
    match success_url.and_then(|text| url::Url::parse(text).ok()) {
        Some(mut url) => {
            url.query_pairs_mut()
                .append_pair("id", &settled.payment_id.to_string())
                .append_pair("status", PaymentStatus::Paid.as_str())
                .append_pair("message", result_message(PaymentStatus::Paid))
                .append_pair("invoice_id", &id.to_string());
            url.into()
        }
        None => invoice_url(&gateway.public_url, id),
    }
}

fn missing() -> Reply {
    let body = "<h1>لا توجد فاتورة بهذا الرقم</h1><p lang=\"en\" dir=\"ltr\">There is no such invoice.</p>";
    html(StatusCode::NOT_FOUND, document("فاتورة غير موجودة", body))
}

fn notice(status: InvoiceStatus, last: Option<&Payment>) -> Option<Bilingual> {
    Some(match status {
        InvoiceStatus::Paid => Bilingual { ar: "تم دفع هذه الفاتورة.", en: "This invoice is paid." },
        InvoiceStatus::Refunded => {
            Bilingual { ar: "أُعيد مبلغ هذه الفاتورة.", en: "This invoice was refunded." }
        }
        InvoiceStatus::Canceled => {
            Bilingual { ar: "أُلغيت هذه الفاتورة.", en: "This invoice was canceled." }
        }
        InvoiceStatus::Expired => {
            Bilingual { ar: "انتهت مدة هذه الفاتورة.", en: "This invoice has expired." }
        }
        InvoiceStatus::Initiated if last.is_some_and(|payment| payment.status == PaymentStatus::Failed) => Bilingual {
            ar: "رُفضت عملية الدفع، ويمكنك المحاولة مرة أخرى.",
            en: "The payment was declined; you can try again.",
        },
        InvoiceStatus::Initiated => return None,
    })
}

fn page(merchant: &Merchant, invoice: &Invoice) -> String {
    let status = invoice.status(Utc::now());
    let mut body = format!(
        "<h1>الدفع إلى <bdi>{shop}</bdi></h1>\
         <p lang=\"en\" dir=\"ltr\">Payment to <bdi>{shop}</bdi></p>\
         <p><bdi>{description}</bdi></p>\
         <p class=\"amount\"><bdi dir=\"ltr\">{amount}</bdi></p>",
        shop = escape(&merchant.account.name),
        description = escape(&invoice.description),
        amount = escape(&format_amount(invoice.amount, &invoice.currency)),
    );
    if let Some(Bilingual { ar, en }) = notice(status, invoice.payments.last()) {
        body += &format!("<div class=\"notice\" role=\"status\"><p>{ar}</p><p lang=\"en\" dir=\"ltr\">{en}</p></div>");
    }
    if status == InvoiceStatus::Initiated {
        let id = invoice.id;
        body += &format!(
            "<form method=\"post\" action=\"/invoices/{id}/pay\">\
             <button class=\"pay\">ادفع <span lang=\"en\">(Pay)</span></button></form>\
             <form method=\"post\" action=\"/invoices/{id}/decline\">\
             <button class=\"decline\">ارفض الدفع <span lang=\"en\">(Decline)</span></button></form>"
        );
    }
    let (onward, label) = match status {
        InvoiceStatus::Paid | InvoiceStatus::Refunded => (&invoice.success_url, "العودة إلى المتجر"),
        _ => (&invoice.back_url, "الرجوع دون دفع"),
    };
    if let Some(url) = onward {
        body += &format!("<p><a href=\"{}\">{label}</a></p>", escape(url));
    }
    body += "<p class=\"test\">بوابة تجريبية: لا يُخصم أي مبلغ. \
             <span lang=\"en\" dir=\"ltr\">Test gateway: no money moves.</span></p>";
    document("صفحة الدفع", &body)
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"ar\" dir=\"rtl\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )
}

/// Text as it may stand in HTML, in attributes too.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
