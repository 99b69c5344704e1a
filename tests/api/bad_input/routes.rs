//! The routes at which bad input is tried, and what is set up for it.

use http::Method;
use serde_json::{Value, json};
use tests::{Call, Shop, address, fresh_key};

use super::people;
use crate::api::auth::{Door, Person};

/// A shop with something in a cart, at which the cases are tried, and with people.
pub struct Stage<'w> {
    pub shop: Shop<'w>,
    pub cart: String,
    pub item: String,
    pub variant: String,
    people: Option<People>,
}

/// Who has signed in.
pub struct People {
    pub staff: Person,
    pub customer: Person,
}

impl<'w> Stage<'w> {
    /// Without people.
    pub async fn set(shop: Shop<'w>) -> Self {
        let variant = shop.any_variant().await;
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let item = shop.get(&format!("/carts/{cart}")).await.data()["items"][0]["id"].as_str().unwrap().to_owned();
        Self { shop, cart, item, variant: variant.id, people: None }
    }

    /// With an owner and a customer who have signed in.
    pub async fn with_people(shop: Shop<'w>) -> Self {
        let staff = Door::staff(shop.world, shop.slug).employee("owner@example.com", "owner").await;
        let phone = if shop.slug == "oud" { "+96551234567" } else { "+966501234567" };
        let customer = Door::customers(shop.world, shop.slug).customer(phone).await;
        Self { people: Some(People { staff, customer }), ..Self::set(shop).await }
    }

    /// Who has signed in; panics on a stage without people.
    pub fn people(&self) -> &People {
        self.people.as_ref().expect("a stage with people")
    }

    /// The routes of staff, then those of customers.
    pub fn doors(&self) -> [Door<'w>; 2] {
        [Door::staff(self.shop.world, self.shop.slug), Door::customers(self.shop.world, self.shop.slug)]
    }

    /// All routes.
    pub fn all(&self) -> Vec<Route<'w>> {
        let reads = ["/shop", "/categories", "/products", &format!("/carts/{}", self.cart)];
        let reads = reads.map(|path| Route::new(self.shop, Method::GET, format!("/api/v1/storefront{path}")));
        reads.into_iter().chain(self.with_bodies()).chain(self.people_without_bodies()).collect()
    }

    /// All routes with a JSON body.
    pub fn with_bodies(&self) -> Vec<Route<'w>> {
        let items = format!("/api/v1/storefront/carts/{}/items", self.cart);
        let open = |method, path: &str| Route::new(self.shop, method, path.to_owned());
        let shop = [
            open(Method::POST, "/api/v1/storefront/carts").body(json!({}), &[]),
            open(Method::POST, &items)
                .body(json!({"variant_id": self.variant, "quantity": 1}), &["variant_id", "quantity"]),
            open(Method::PATCH, &format!("{items}/{}", self.item)).body(json!({"quantity": 2}), &["quantity"]),
            open(Method::POST, "/api/v1/storefront/checkout").body(
                self.shop.checkout_body(&self.cart),
                &["cart_id", "email", "phone", "name", "shipping_address", "shipping_method", "payment_method"],
            ),
        ];
        shop.into_iter().chain(self.people_with_bodies()).collect()
    }

    /// The routes of people with a JSON body.
    pub fn people_with_bodies(&self) -> Vec<Route<'w>> {
        let People { staff, customer } = self.people();
        let mut routes = Vec::new();
        for (prefix, person) in [("/api/v1/auth", staff), ("/api/v1/storefront/auth", customer)] {
            let post = |path: &str| Route::new(self.shop, Method::POST, format!("{prefix}{path}"));
            routes.extend(people::bodies().into_iter().map(|(path, valid, required)| post(path).body(valid, required)));
            let change = json!({"current_password": "x", "password": "seven brown camels at dusk"});
            routes.push(post("/password/change").body(change, &["password"]).of(person));
            let confirm = json!({"ticket": "x", "code": "000000"});
            routes.push(post("/mfa/totp/confirm").body(confirm, &["ticket", "code"]).of(person));
        }
        let profile =
            json!({"given_name": "N", "locale": "ar", "birth_date": "1990-02-28", "notify_sms": true, "metadata": {}});
        let kept =
            json!({"name": "N", "phone": "+966501234567", "address": address("SA"), "is_default": true, "label": "L"});
        let nobody = "00000000000000000000000000000001";
        let route = |method, path: String, valid, required| Route::new(self.shop, method, path).body(valid, required);
        let staff_routes = [
            route(Method::PATCH, "/api/v1/auth/me".into(), profile.clone(), &[][..]),
            route(
                Method::PATCH,
                format!("/api/v1/tenants/me/members/usr_{nobody}"),
                json!({"role": "viewer"}),
                &["role"],
            ),
            route(Method::PATCH, "/api/v1/tenants/me".into(), json!({"show_available": true, "mfa": "optional"}), &[]),
            route(
                Method::POST,
                "/api/v1/tenants/me/ownership".into(),
                json!({"account_id": format!("usr_{nobody}")}),
                &["account_id"],
            ),
            route(
                Method::POST,
                "/api/v1/tenants/me/roles".into(),
                json!({"key": "counter", "name": "C", "base": "viewer", "permissions": ["stock.adjust"]}),
                &["key", "name"],
            ),
            route(
                Method::POST,
                "/api/v1/tenants/me/invitations".into(),
                json!({"email": "nobody@example.com", "role": "viewer"}),
                &["email", "role"],
            ),
            route(
                Method::POST,
                "/api/v1/tenants/me/integrations".into(),
                json!({"name": "ERP", "scopes": ["audit.view"]}),
                &["name", "scopes"],
            ),
            route(
                Method::PATCH,
                format!("/api/v1/tenants/me/integrations/int_{nobody}"),
                json!({"name": "ERP", "rate_per_minute": 60}),
                &[],
            ),
            route(
                Method::POST,
                format!("/api/v1/tenants/me/integrations/int_{nobody}/keys"),
                json!({"expires_in_days": 7}),
                &[],
            ),
            route(
                Method::POST,
                format!("/api/v1/tenants/me/integrations/int_{nobody}/keys/key_{nobody}/rotate"),
                json!({"overlap_s": 60}),
                &[],
            ),
            route(Method::POST, "/api/v1/tenants/me/domains".into(), json!({"domain": "shop.example"}), &["domain"]),
            route(Method::PATCH, format!("/api/v1/tenants/me/domains/dom_{nobody}"), json!({"is_primary": true}), &[]),
            route(
                Method::PATCH,
                "/api/v1/tenants/me/members".into(),
                json!({"account_ids": [format!("usr_{nobody}")], "role": "viewer"}),
                &["account_ids"],
            ),
            route(Method::PATCH, "/api/v1/tenants/me/roles/nobody".into(), json!({"name": "N"}), &[]),
            route(
                Method::PATCH,
                format!("/api/v1/auth/customers/cus_{nobody}"),
                json!({"status": "active"}),
                &["status"],
            ),
        ];
        let customer_routes = [
            route(Method::PATCH, "/api/v1/storefront/me".into(), profile, &[][..]),
            route(Method::POST, "/api/v1/storefront/me/addresses".into(), kept, &["name", "phone", "address"]),
            route(Method::PATCH, format!("/api/v1/storefront/me/addresses/adr_{nobody}"), json!({"label": "L"}), &[]),
        ];
        routes.extend(staff_routes.map(|route| route.of(staff)));
        routes.extend(customer_routes.map(|route| route.of(customer)));
        let accept = json!({"token": "x", "password": "seven brown camels at dusk", "given_name": "N", "locale": "ar"});
        routes.push(route(Method::POST, "/api/v1/auth/invitations/accept".into(), accept, &["token"][..]));
        let login = json!({"email": "nobody@example.com", "password": "correct horse battery"});
        routes.extend([
            route(Method::POST, "/api/auth/token/".into(), login, &["email", "password"][..]),
            route(Method::POST, "/api/auth/token/refresh/".into(), json!({"refresh_token": "wr_x"}), &[]),
            route(Method::POST, "/api/auth/token/verify/".into(), json!({"token": "x"}), &["token"]),
        ]);
        routes
    }

    /// The routes of people without a body.
    pub fn people_without_bodies(&self) -> Vec<Route<'w>> {
        let People { staff, customer } = self.people();
        let route = |method, path: &str| Route::new(self.shop, method, path.to_owned());
        let mut routes = vec![route(Method::GET, "/.well-known/jwks.json")];
        for (prefix, person) in [("/api/v1/auth", staff), ("/api/v1/storefront/auth", customer)] {
            routes.push(route(Method::GET, &format!("{prefix}/oauth")));
            routes.push(route(Method::GET, &format!("{prefix}/oauth/nobody/start")));
            for (method, path) in [
                (Method::GET, "/sessions".to_owned()),
                (Method::DELETE, "/sessions".to_owned()),
                (Method::DELETE, format!("/sessions/{}", person.session)),
                (Method::POST, "/mfa/totp".to_owned()),
                (Method::DELETE, "/mfa/totp".to_owned()),
                (Method::POST, "/mfa/recovery-codes".to_owned()),
            ] {
                routes.push(route(method, &format!("{prefix}{path}")).of(person));
            }
        }
        routes.push(route(Method::GET, "/api/v1/auth/me").of(staff));
        let nobody = "00000000000000000000000000000001";
        for (method, path) in [
            (Method::GET, String::new()),
            (Method::GET, "/usage".to_owned()),
            (Method::GET, "/members".to_owned()),
            (Method::GET, format!("/members/{}", staff.id)),
            (Method::DELETE, format!("/members/{}", staff.id)),
            (Method::POST, "/leave".to_owned()),
            (Method::GET, "/roles".to_owned()),
            (Method::GET, "/roles/owner".to_owned()),
            (Method::DELETE, "/roles/nobody".to_owned()),
            (Method::GET, "/domains".to_owned()),
            (Method::GET, format!("/domains/dom_{nobody}")),
            (Method::DELETE, format!("/domains/dom_{nobody}")),
            (Method::POST, format!("/domains/dom_{nobody}/verify")),
            (Method::GET, "/invitations".to_owned()),
            (Method::GET, "/audit".to_owned()),
            (Method::GET, "/integrations".to_owned()),
            (Method::GET, format!("/integrations/int_{nobody}")),
            (Method::DELETE, format!("/integrations/int_{nobody}")),
            (Method::DELETE, format!("/integrations/int_{nobody}/keys/key_{nobody}")),
            (Method::GET, "/audit/export".to_owned()),
            (Method::POST, format!("/invitations/inv_{nobody}/resend")),
            (Method::DELETE, format!("/invitations/inv_{nobody}")),
        ] {
            routes.push(route(method, &format!("/api/v1/tenants/me{path}")).of(staff));
        }
        for path in [format!("members/{}", staff.id), format!("customers/{}", customer.id)] {
            let sessions = format!("/api/v1/auth/{path}/sessions");
            routes.push(route(Method::GET, &sessions).of(staff));
            routes.push(route(Method::DELETE, &sessions).of(staff));
            routes.push(route(Method::DELETE, &format!("{sessions}/{}", staff.session)).of(staff));
        }
        for path in ["/me".to_owned(), "/me/addresses".into(), "/me/orders".into(), format!("/me/orders/ord_{nobody}")]
        {
            routes.push(route(Method::GET, &format!("/api/v1/storefront{path}")).of(customer));
        }
        let remove = format!("/api/v1/storefront/me/addresses/adr_{nobody}");
        routes.push(route(Method::DELETE, &remove).of(customer));
        routes
    }
}

/// One route at a shop, and who asks.
pub struct Route<'w> {
    pub name: String,
    /// A body that would pass; null for none.
    pub valid: Value,
    /// The fields without which it would not.
    pub required: &'static [&'static str],
    shop: Shop<'w>,
    method: Method,
    path: String,
    token: Option<String>,
}

impl<'w> Route<'w> {
    fn new(shop: Shop<'w>, method: Method, path: String) -> Self {
        Self { name: format!("{method} {path}"), valid: Value::Null, required: &[], shop, method, path, token: None }
    }

    fn body(self, valid: Value, required: &'static [&'static str]) -> Self {
        Self { valid, required, ..self }
    }

    fn of(self, person: &Person) -> Self {
        Self { token: Some(person.access.clone()), ..self }
    }

    /// Whether one must have signed in.
    pub const fn is_somebodys(&self) -> bool {
        self.token.is_some()
    }

    /// Whether it is staff who sign in here.
    pub fn is_staffs(&self) -> bool {
        ["/api/v1/auth", "/api/v1/tenants"].iter().any(|prefix| self.path.starts_with(prefix))
    }

    /// Whether `lang` chooses something here. Keys speak no language.
    pub fn has_languages(&self) -> bool {
        !self.path.starts_with("/.well-known/")
    }

    /// A request without a body.
    pub fn call(&self) -> Call {
        self.asking("")
    }

    /// The same with a query.
    pub fn asking(&self, query: &str) -> Call {
        let call = self.request(query);
        match &self.token {
            Some(token) => call.header("authorization", format!("Bearer {token}")),
            None => call,
        }
    }

    /// The same from nobody.
    pub fn anonymous(&self) -> Call {
        self.request("")
    }

    fn request(&self, query: &str) -> Call {
        let path = if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) };
        let call = self.shop.world.request(self.method.clone(), &path).host(&self.shop.host());
        call.header("idempotency-key", fresh_key())
    }
}
