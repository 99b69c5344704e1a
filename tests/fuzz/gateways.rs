//! What payment gateways, message providers and resolvers send.

use commerce_gateways::dns::Resolver;
use commerce_gateways::messages::{MessageProvider, Outcome, Resend, Taqnyat};
use commerce_gateways::{GatewayRef, GatewayResponse, Moyasar, PaymentGateway, Secret, SecretDigest};
use serde_json::{Value, json};

use crate::input::Rng;
use crate::target::Target;

const SECRET: &str = "a-shared-secret-of-the-endpoint";
const INVOICE: &str = "9785ba96-a1be-5b13-a281-b27a4a6dad39";
const PAYMENT: &str = "760878ec-d1d3-5f72-9056-191683f55872";
const OURS: &str = "pay_0190c0de0000700080000000000000ff";

fn payment() -> Value {
    json!({"id": PAYMENT, "status": "paid", "amount": 60_000, "fee": 1_580, "currency": "SAR", "captured": 0, "invoice_id": INVOICE,
        "source": {"type": "creditcard", "company": "visa", "message": null}})
}

fn event() -> Vec<u8> {
    let event = json!({"id": "2f3b5c8e-53a1-4f0a-9f0e-4d3c2b1a0f9e", "type": "payment_paid", "created_at": "2016-05-12T17:04:19.633Z",
        "secret_token": SECRET, "account_name": "Qahwa", "live": false, "data": payment()});
    event.to_string().into_bytes()
}

fn answer(body: &[u8], rng: &mut Rng) -> GatewayResponse {
    let status = if rng.below(4) > 0 { 200 } else { u16::try_from(rng.below(1_000)).unwrap() };
    let retry_after_s = (rng.below(2) > 0).then(|| rng.next() as u32);
    GatewayResponse { status, body: body.to_vec(), retry_after_s }
}

fn webhook() -> Target {
    let secrets = [SecretDigest::of(&Secret::new("an older one")), SecretDigest::of(&Secret::new(SECRET))];
    Target::bytes("gateway's webhook", [event()], move |bytes, _| {
        let verified = Moyasar::verify_webhook(bytes, &secrets).is_ok();
        let event = Moyasar::parse_event(bytes);
        // Fields that nobody reads may hold what is no text at all.
        let Ok(body) = serde_json::from_slice::<Value>(bytes) else { return false };
        assert!(!verified || body["secret_token"] == SECRET, "another secret was believed");
        let Ok(event) = event else { return false };
        assert_eq!((&body["id"], &body["live"]), (&json!(event.id.as_str()), &json!(event.live)));
        if let Some(payment) = &event.payment {
            assert_eq!(body["data"]["id"], payment.gateway_payment_id.as_str());
            assert_eq!(body["data"]["currency"], payment.money.currency.code());
        }
        verified
    })
}

fn gateway() -> Moyasar {
    Moyasar::new("https://api.moyasar.com", &Secret::new("sk_test_123")).unwrap()
}

fn fetched_payment() -> Target {
    let (gateway, asked) = (gateway(), GatewayRef::parse(PAYMENT).unwrap());
    Target::bytes("gateway's payment", [payment().to_string()], move |bytes, rng| {
        let _ = gateway.parse_payment(&asked, &answer(bytes, rng));
        let whole = GatewayResponse { status: 200, body: bytes.to_vec(), retry_after_s: None };
        let Ok(payment) = gateway.parse_payment(&asked, &whole) else { return false };
        assert!(payment.gateway_payment_id == asked && !payment.live && payment.money.amount_minor >= 0);
        true
    })
}

fn fetched_invoice() -> Target {
    let (gateway, asked) = (gateway(), GatewayRef::parse(INVOICE).unwrap());
    let ours = commerce_domain::PaymentId::parse(OURS).unwrap();
    let invoice = json!({"id": INVOICE, "status": "paid", "amount": 60_000, "currency": "SAR", "url": "https://checkout.example/1",
        "metadata": {"payment_id": OURS}, "payments": [payment()]});
    let list = json!({"invoices": [invoice], "meta": {"next_page": null}});
    Target::bytes("gateway's invoice", [invoice.to_string()], move |bytes, rng| {
        let _ = (gateway.parse_invoice(&asked, &answer(bytes, rng)), gateway.parse_found(ours, &answer(bytes, rng)));
        let whole = GatewayResponse { status: 200, body: bytes.to_vec(), retry_after_s: None };
        if let Ok(Some(found)) = gateway.parse_found(ours, &whole) {
            assert_eq!(found.payment_id, Some(ours), "somebody else's invoice");
        }
        let Ok(invoice) = gateway.parse_invoice(&asked, &whole) else { return false };
        assert!(invoice.gateway_ref == asked && !invoice.live);
        assert!(
            invoice.redirect_url.starts_with("https://") || invoice.redirect_url.starts_with("http://"),
            "{invoice:?}"
        );
        true
    })
    .also([list.to_string()])
}

fn message_providers() -> Target {
    let resend = Resend::new("https://api.resend.com", &Secret::new("re_1")).unwrap();
    let taqnyat = Taqnyat::new("https://api.taqnyat.sa", &Secret::new("key")).unwrap();
    let good = [
        r#"{"id":"49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}"#,
        r#"{"statusCode":201,"messageId":3951087453,"cost":"0.0500","currency":"SAR","totalCount":1,"msgLength":1,"accepted":"[966500000000,]","rejected":"[]"}"#,
    ];
    Target::bytes("message provider's answer", good, move |bytes, rng| {
        let _ = (resend.interpret(&answer(bytes, rng)), taqnyat.interpret(&answer(bytes, rng)));
        let whole = |status| GatewayResponse { status, body: bytes.to_vec(), retry_after_s: None };
        [resend.interpret(&whole(200)), taqnyat.interpret(&whole(201))]
            .iter()
            .any(|told| matches!(told, Outcome::Sent { .. }))
    })
}

/// A resolver's answer, near to what is right: whoever runs a domain writes into it.
fn resolver() -> Target {
    let name = "_wasla-challenge.shop.example";
    let resolver = Resolver::new("https://dns.example").unwrap();
    let question = resolver.request(name).unwrap().body;
    // The header of an answer with two records, the question, and two texts of the name that is spelt at byte 12.
    let mut good = question.clone();
    good[2..4].copy_from_slice(&[0x81, 0x80]);
    good[7] = 2;
    for strings in [&b"\x03one"[..], b"\x02tw\x01o"] {
        let length = u8::try_from(strings.len()).unwrap();
        good.extend_from_slice(&[0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, length]);
        good.extend_from_slice(strings);
    }
    Target::bytes("resolver's answer", [good], move |bytes, rng| {
        let _ = resolver.read(name, &answer(bytes, rng));
        let whole = GatewayResponse { status: 200, body: bytes.to_vec(), retry_after_s: None };
        let Ok(texts) = resolver.read(name, &whole) else { return false };
        assert!(texts.iter().map(String::len).sum::<usize>() <= bytes.len(), "texts out of nothing");
        texts.iter().any(|text| text == "two")
    })
}

pub fn all() -> Vec<Target> {
    vec![webhook(), fetched_payment(), fetched_invoice(), message_providers(), resolver()]
}
