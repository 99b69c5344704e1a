//! A shop as its shoppers use it.

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Answer, Call, World, fresh_key, uuid};

/// A variant that can be bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Public id.
    pub id: String,
    /// SKU.
    pub sku: String,
    /// Slug of its product.
    pub product: String,
    /// Price in minor units.
    pub price_minor: i64,
}

/// Units of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stock {
    /// Units in the shop.
    pub on_hand: i32,
    /// Units of them that belong to unpaid orders.
    pub reserved: i32,
}

/// An order as its guest knows it after checkout.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Public id.
    pub order_id: String,
    /// Number.
    pub number: String,
    /// Public id of its payment.
    pub payment_id: String,
    /// What opens `GET /orders/{id}`.
    pub token: String,
    /// The gateway's page.
    pub redirect_url: String,
    /// The gateway's invoice.
    pub invoice: Uuid,
    /// What is to be paid.
    pub total_minor: i64,
    /// The whole answer.
    pub answer: Answer,
}

impl Placed {
    /// Reads a 201 of `POST /checkout`.
    #[track_caller]
    pub fn read(answer: Answer) -> Self {
        let answer = answer.expect(201);
        let data = answer.data();
        let text = |pointer: &str| {
            data.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {data}"))
        };
        let redirect_url = text("/payment/redirect_url").to_owned();
        let invoice = redirect_url.rsplit('/').next().unwrap().parse().unwrap();
        Self {
            order_id: text("/order/id").to_owned(),
            number: text("/order/number").to_owned(),
            payment_id: text("/payment/id").to_owned(),
            token: text("/access_token").to_owned(),
            total_minor: data["order"]["totals"]["total"]["amount_minor"].as_i64().unwrap(),
            redirect_url,
            invoice,
            answer,
        }
    }
}

/// One shop of a world.
#[derive(Clone, Copy)]
pub struct Shop<'w> {
    /// Where it is.
    pub world: &'w World,
    /// Its slug.
    pub slug: &'w str,
}

impl Shop<'_> {
    /// A request to the shop's API; `path` follows `/api/v1/storefront`.
    pub fn request(&self, method: Method, path: &str) -> Call {
        let url = format!("{}/api/v1/storefront{path}", self.world.url());
        self.world.client().call(method, url).host(&self.host())
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Call {
        self.request(Method::GET, path)
    }

    /// `POST` of JSON.
    pub fn post(&self, path: &str, body: &Value) -> Call {
        self.request(Method::POST, path).json(body)
    }

    /// `PATCH` of JSON.
    pub fn patch(&self, path: &str, body: &Value) -> Call {
        self.request(Method::PATCH, path).json(body)
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Call {
        self.request(Method::DELETE, path)
    }

    /// The shop's host, as browsers send it.
    pub fn host(&self) -> String {
        format!("{}.localhost:{}", self.slug, self.world.addr().port())
    }

    /// Id of the tenant.
    pub async fn tenant_id(&self) -> Uuid {
        self.world.sql.query_one("select id from app.tenant where slug = $1", &[&self.slug]).await.unwrap().get(0)
    }

    /// A variant by its SKU.
    pub async fn variant(&self, sku: &str) -> Variant {
        self.variants("v.sku = $2", sku)
            .await
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("{} has no {sku}", self.slug))
    }

    /// Some variant with at least ten free units and more than ten different ones after it.
    pub async fn any_variant(&self) -> Variant {
        self.some_variants(1).await.remove(0)
    }

    /// Variants of different products with at least ten free units each, always the same ones.
    pub async fn some_variants(&self, count: usize) -> Vec<Variant> {
        let mut variants = self.variants("s.on_hand - s.reserved >= 10 and v.sku > $2", "").await;
        variants.dedup_by(|a, b| a.product == b.product);
        variants.truncate(count);
        assert_eq!(variants.len(), count, "{} has not enough variants", self.slug);
        variants
    }

    async fn variants(&self, condition: &str, argument: &str) -> Vec<Variant> {
        let query = format!(
            "select app.public_id('var', v.id), v.sku, p.slug, v.price_minor \
             from app.variant v join app.stock s on s.tenant_id = v.tenant_id and s.id = v.id \
             join app.product p on p.tenant_id = v.tenant_id and p.id = v.product_id \
             join app.tenant t on t.id = v.tenant_id where t.slug = $1 and {condition} order by p.slug, v.sku"
        );
        let rows = self.world.sql.query(&query, &[&self.slug, &argument]).await.unwrap();
        rows.iter()
            .map(|row| Variant { id: row.get(0), sku: row.get(1), product: row.get(2), price_minor: row.get(3) })
            .collect()
    }

    /// A new cart with these lines, added in this order; its id.
    pub async fn cart_with(&self, lines: &[(&Variant, i64)]) -> String {
        let cart = self.request(Method::POST, "/carts").await.expect(201).data()["id"].as_str().unwrap().to_owned();
        for (variant, quantity) in lines {
            let item = json!({"variant_id": variant.id, "quantity": quantity});
            self.post(&format!("/carts/{cart}/items"), &item).await.expect(200);
        }
        cart
    }

    /// The body of a checkout of a cart.
    pub fn checkout_body(&self, cart: &str) -> Value {
        let kuwait = self.slug == "oud";
        json!({
            "cart_id": cart,
            "email": "noura@example.com",
            "phone": if kuwait { "+96551234567" } else { "+966501234567" },
            "name": "نورة العتيبي",
            "shipping_address": address(if kuwait { "KW" } else { "SA" }),
            "shipping_method": "standard",
            "payment_method": "card",
        })
    }

    /// `POST /checkout` of a cart under a key.
    pub fn checkout(&self, cart: &str, key: &str) -> Call {
        self.post("/checkout", &self.checkout_body(cart)).header("idempotency-key", key)
    }

    /// A whole checkout of these lines under a new key.
    pub async fn place(&self, lines: &[(&Variant, i64)]) -> Placed {
        let cart = self.cart_with(lines).await;
        Placed::read(self.checkout(&cart, &fresh_key()).await)
    }

    /// A whole purchase of these lines: placed and paid.
    pub async fn buy(&self, lines: &[(&Variant, i64)]) -> Placed {
        let placed = self.place(lines).await;
        self.world.pay(placed.invoice).await;
        placed
    }

    /// The order as its guest reads it.
    pub async fn order(&self, placed: &Placed) -> Value {
        self.get(&format!("/orders/{}?token={}", placed.order_id, placed.token)).await.expect(200).data()
    }

    /// The status of an order as its guest reads it.
    pub async fn status(&self, placed: &Placed) -> String {
        self.order(placed).await["status"].as_str().unwrap().to_owned()
    }

    /// Id of the shop's webhook endpoint.
    pub async fn endpoint(&self) -> String {
        let query = "select replace(a.endpoint_id::text, '-', '') from app.gateway_account a join app.tenant t on t.id = a.tenant_id \
             where t.slug = $1";
        self.world.sql.query_one(query, &[&self.slug]).await.unwrap().get(0)
    }

    /// A webhook with this body to the shop's endpoint.
    pub async fn webhook(&self, body: impl Into<bytes::Bytes>) -> Call {
        self.world.webhook(&self.endpoint().await, body)
    }
}

impl World {
    /// Units of a variant.
    pub async fn stock(&self, variant: &Variant) -> Stock {
        let id = uuid(&variant.id);
        let row = self.sql.query_one("select on_hand, reserved from app.stock where id = $1", &[&id]).await.unwrap();
        Stock { on_hand: row.get(0), reserved: row.get(1) }
    }

    /// Gives a variant this many units, as a merchant who counted them would.
    pub async fn set_stock(&self, variant: &Variant, on_hand: i32) {
        let id = uuid(&variant.id);
        let query = "with change as (\
               select s.id, $2::int - s.on_hand as units from app.stock s where s.id = $1), \
             known as (update test_support.stock_before b set on_hand = b.on_hand + c.units from change c where b.id = c.id) \
             update app.stock s set on_hand = $2 from change c where s.id = c.id";
        self.sql.execute(query, &[&id, &on_hand]).await.unwrap();
    }

    /// Lets the time of an order's reservation run out.
    pub async fn expire_reservation(&self, placed: &Placed) {
        let query = "update app.sales_order set reservation_expires_at = now() - interval '1 second' where id = $1";
        self.sql.execute(query, &[&uuid(&placed.order_id)]).await.unwrap();
    }

    /// Ends the leases of all checkouts under way, as their time would.
    pub async fn end_leases(&self) {
        let query = "update app.idempotency set lease_until = now() - interval '1 second' where status = 'in_flight'";
        self.sql.execute(query, &[]).await.unwrap();
    }

    /// Makes every open payment due for reconciling now.
    pub async fn make_payments_due(&self) {
        let query = "update app.payment set next_check_at = now() where status in ('initiated', 'pending', 'failed')";
        self.sql.execute(query, &[]).await.unwrap();
    }

    /// One number from the database.
    pub async fn count(&self, query: &str) -> i64 {
        self.sql.query_one(query, &[]).await.unwrap_or_else(|error| panic!("{query}: {error}")).get(0)
    }
}

/// A valid address in a country.
pub fn address(country: &str) -> Value {
    json!({
        "country": country,
        "city": "الرياض",
        "district": "العليا",
        "street": "شارع التحلية",
        "building": "7",
        "postal_code": "12345",
    })
}
