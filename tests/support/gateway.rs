//! The payment gateway as a payer meets it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::Value;
use uuid::Uuid;

use crate::form::Form;
use crate::world::api_key;
use crate::{Answer, Shop, World};

impl Shop<'_> {
    /// The invoices that the gateway made for one of the shop's payments (`pay_…`), as its own API tells.
    pub async fn invoices_for(&self, payment_id: &str) -> Vec<Value> {
        let url = format!("{}/v1/invoices?metadata%5Bpayment_id%5D={payment_id}", self.world.gateway.url());
        let key = STANDARD.encode(format!("{}:", api_key(self.slug)));
        let answer = self.world.client().call(Method::GET, url).header("authorization", format!("Basic {key}")).await;
        answer.expect(200).json()["invoices"].as_array().expect("a list of invoices").clone()
    }
}

impl World {
    /// Pays an invoice and waits until its webhooks are through; panics when it cannot be paid.
    pub async fn pay(&self, invoice: Uuid) {
        self.gateway.pay(invoice, false).unwrap_or_else(|refusal| panic!("cannot pay: {refusal}"));
        self.gateway.idle().await;
    }

    /// Declines an attempt to pay an invoice and waits until its webhooks are through.
    pub async fn decline(&self, invoice: Uuid) {
        self.gateway.decline(invoice).unwrap_or_else(|refusal| panic!("cannot decline: {refusal}"));
        self.gateway.idle().await;
    }

    /// Opens the gateway's page and sends its form whose button is of `class` (`pay`, `decline`), as a browser without
    /// JavaScript does; returns the answer, a redirect.
    pub async fn submit_form(&self, page_url: &str, class: &str) -> Answer {
        let page = self.fetch(page_url).await.expect(200).text();
        let form = Form::holding(&page, &format!("class=\"{class}\"")).unwrap_or_else(|error| panic!("{error}"));
        let origin: String = page_url.split('/').take(3).collect::<Vec<_>>().join("/");
        self.client().call(Method::POST, format!("{origin}{}", form.action)).await
    }

    /// `GET` of any URL.
    pub async fn fetch(&self, url: &str) -> Answer {
        self.client().call(Method::GET, url).await
    }

    /// The last webhook body that the gateway made about an invoice.
    pub fn webhook_body(&self, invoice: Uuid) -> String {
        let deliveries = self.gateway.deliveries();
        let about =
            |delivery: &&sandbox::Delivery| delivery.invoice_id == invoice && delivery.kind != "invoice_callback";
        deliveries.iter().rev().find(about).expect("a webhook about the invoice").body.clone()
    }
}
