//! The matrix: every operation of `/openapi.json`, by everybody, at every shop. A new route joins by itself, since the document is made of the routes.
//!
//! `the_gate_of_every_operation` asks whether somebody may call at all (API5 of the OWASP API Top 10); `no_id_tells_what_it_belongs_to` puts ids of
//! every provenance into every path (API1).

use std::collections::{BTreeMap, BTreeSet};

use commerce_domain::permission::{Permission, ROLES, Role};
use futures::stream::{self, StreamExt};
use http::Method;
use serde_json::{Value, json};
use tests::contract::{Contract, Operation, fill, parameters};
use tests::{Call, Shop, World, address, fresh_key};

use super::foreign_ids::face;
use crate::api::auth::{Door, PASSWORD, Person, text};

/// Requests at work at once.
const AT_ONCE: usize = 12;

/// Somebody who calls.
#[derive(Clone)]
enum Caller {
    Guest,
    /// Of this shop, or of another.
    Customer(Person, bool),
    /// Of this shop, or of another.
    Staff(Role, Person, bool),
}

impl Caller {
    fn name(&self) -> String {
        match self {
            Self::Guest => "guest".to_owned(),
            Self::Customer(_, own) => format!("customer{}", if *own { "" } else { " of another shop" }),
            Self::Staff(role, _, own) => format!("{role}{}", if *own { "" } else { " of another shop" }),
        }
    }

    const fn is_foreign(&self) -> bool {
        matches!(self, Self::Customer(_, false) | Self::Staff(_, _, false))
    }

    fn sign(&self, call: Call) -> Call {
        match self {
            Self::Guest => call,
            Self::Customer(person, _) | Self::Staff(_, person, _) => person.sign(call),
        }
    }

    /// What the gate says, by what the document says of the operation; `None`: it lets the caller through.
    fn refused(&self, operation: &Operation) -> Option<&'static [u16]> {
        let security = operation.value["security"].as_array().unwrap();
        let names: BTreeSet<&str> =
            security.iter().filter_map(Value::as_object).flat_map(|one| one.keys().map(String::as_str)).collect();
        let optional = security.is_empty() || security.iter().any(|one| one.as_object().unwrap().is_empty());
        let permission = operation.value["x-permission"].as_str().map(|name| Permission::parse(name).unwrap());
        match self {
            Self::Guest => (!optional).then_some(&[401]),
            _ if names.is_empty() => None,
            // Where a token is optional, one of the other kind is refused or passed over.
            Self::Customer(..) if !names.contains("customer") => Some(if optional { &[401, 422] } else { &[401] }),
            Self::Staff(..) if !names.contains("staff") => Some(if optional { &[401, 422] } else { &[401] }),
            // Another shop's token says nothing about this one, not even that it exists. While no cache knows the shop, the statement would say
            // so, and what is wrong with the parameters comes first.
            Self::Customer(_, false) | Self::Staff(_, _, false) => Some(&[404, 422]),
            Self::Staff(role, ..) if permission.is_some_and(|one| !role.permissions().contains(&one)) => Some(&[403]),
            Self::Customer(..) | Self::Staff(..) => None,
        }
    }
}

/// A shop with everybody in it, and with ids of everything.
struct Stage<'w> {
    shop: Shop<'w>,
    sara: Person,
    people: Vec<(Role, Person)>,
    own: BTreeMap<&'static str, String>,
    of_another_customer: BTreeMap<&'static str, String>,
    deleted: BTreeMap<&'static str, String>,
}

impl<'w> Stage<'w> {
    async fn set(world: &'w World, slug: &'static str, n: usize) -> Self {
        let (staff, customers) = (Door::staff(world, slug), Door::customers(world, slug));
        let phone = |m: usize| if slug == "oud" { format!("+9655123456{m}") } else { format!("+96650123{n}56{m}") };
        let (sara, noura) = (customers.customer(&phone(1)).await, customers.customer(&phone(2)).await);
        let mut people = Vec::new();
        for role in ROLES {
            people.push((role, Person::read(staff.login(&mail(role), PASSWORD).await)));
        }
        let owner = people[0].1.clone();
        let of_sara = Self::customers_own(&customers, &sara).await;
        let of_another_customer = Self::customers_own(&customers, &noura).await;
        let (own_shop, gone) = Self::shops_own(&staff, &owner).await;
        let own = of_sara.into_iter().chain(own_shop).collect();
        let deleted = Self::delete(&customers, &sara).await.into_iter().chain(gone).collect();
        Self { shop: staff.shop, sara, people, own, of_another_customer, deleted }
    }

    async fn customers_own(door: &Door<'_>, person: &Person) -> BTreeMap<&'static str, String> {
        let shop = door.shop;
        let phone = if shop.slug == "oud" { "+96551234567" } else { "+966501234567" };
        let home =
            json!({"name": "سارة", "phone": phone, "address": address(if shop.slug == "oud" { "KW" } else { "SA" })});
        let added = person.sign(shop.post("/me/addresses", &home)).await.expect(201).data();
        let variant = shop.any_variant().await;
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let order = person.sign(shop.checkout(&cart, &fresh_key())).await.expect(201).data();
        let session = text(&person.data, "/session_id");
        let ids =
            [("address_id", text(&added, "/id")), ("order_id", text(&order, "/order/id")), ("session_id", session)];
        ids.into_iter().chain([("customer", person.id.clone())]).collect()
    }

    /// What belongs to the shop, and what did.
    async fn shops_own(staff: &Door<'_>, owner: &Person) -> (Vec<(&'static str, String)>, Vec<(&'static str, String)>) {
        let shop = staff.shop;
        let tenant = Door::tenant(shop.world, shop.slug);
        for key in ["counter", "gone"] {
            let body = json!({"key": format!("{key}_{}", shop.slug), "name": key});
            owner.sign(tenant.post("/roles", &body)).await.expect(201);
        }
        let gone = format!("gone_{}", shop.slug);
        owner.sign(tenant.request(Method::DELETE, &format!("/roles/{gone}"))).await.expect(200);
        let [domain, given_up] = ["own", "gone"].map(|name| json!({"domain": format!("{name}.{}.example", shop.slug)}));
        let domain = owner.sign(tenant.post("/domains", &domain)).await.expect(201).data();
        let given_up = owner.sign(tenant.post("/domains", &given_up)).await.expect(201).data();
        owner.sign(tenant.request(Method::DELETE, &format!("/domains/{}", text(&given_up, "/id")))).await.expect(200);
        let body = json!({"email": format!("asked@{}.example", shop.slug), "role": "viewer"});
        let invitation = owner.sign(tenant.post("/invitations", &body)).await.expect(201).data();
        let target = format!("target@{}.example", shop.slug);
        let seed = json!({"slug": shop.slug, "email": target, "role": "viewer"});
        let made: Value = shop.world.sql.query_one("select ops.seed_staff($1)", &[&seed]).await.unwrap().get(0);
        let target = format!("usr_{}", made["account_id"].as_str().unwrap().replace('-', ""));
        let variant = shop.any_variant().await;
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let item = text(&shop.get(&format!("/carts/{cart}")).await.data(), "/items/0/id");
        let product = shop.get(&format!("/products/{}", variant.product)).await.expect(200).data();
        let media = text(&product, "/images/0/url").rsplit('/').next().unwrap().to_owned();
        let own = [
            ("role", format!("counter_{}", shop.slug)),
            ("domain_id", text(&domain, "/id")),
            ("invitation_id", text(&invitation, "/id")),
            ("member", target),
            ("cart_id", cart),
            ("item_id", item),
            ("product", text(&product, "/id")),
            ("media_id", media),
            ("variant", variant.id),
        ];
        let ([program, removed], [key, revoked]) = Self::programs(&tenant, owner).await;
        let own = own.into_iter().chain([("integration_id", program), ("key_id", key)]);
        let given_up = text(&given_up, "/id");
        let gone = [("role", gone), ("domain_id", given_up), ("integration_id", removed), ("key_id", revoked)];
        (own.collect(), gone.to_vec())
    }

    /// A program and one that was removed; a key and one that was revoked.
    async fn programs(tenant: &Door<'_>, owner: &Person) -> ([String; 2], [String; 2]) {
        let body = json!({"name": "ERP", "scopes": ["audit.view"]});
        let make = async || text(&owner.sign(tenant.post("/integrations", &body)).await.expect(201).data(), "/id");
        let programs = [make().await, make().await];
        let path = format!("/integrations/{}/keys", programs[0]);
        let issue = async || text(&owner.sign(tenant.post(&path, &json!({}))).await.expect(201).data(), "/key/id");
        let keys = [issue().await, issue().await];
        for gone in [format!("{path}/{}", keys[1]), format!("/integrations/{}", programs[1])] {
            owner.sign(tenant.request(Method::DELETE, &gone)).await.expect(200);
        }
        (programs, keys)
    }

    /// What there was, and is no more.
    async fn delete(door: &Door<'_>, sara: &Person) -> Vec<(&'static str, String)> {
        let (shop, world) = (door.shop, door.shop.world);
        let ids = Self::customers_own(door, sara).await;
        sara.sign(shop.delete(&format!("/me/addresses/{}", ids["address_id"]))).await.expect(200);
        let cart = shop.cart_with(&[(&shop.any_variant().await, 1)]).await;
        let item = text(&shop.get(&format!("/carts/{cart}")).await.data(), "/items/0/id");
        shop.delete(&format!("/carts/{cart}/items/{item}")).await.expect(200);
        let product = shop.some_variants(3).await.remove(2).product;
        let product = text(&shop.get(&format!("/products/{product}")).await.expect(200).data(), "/id");
        let tenant = shop.tenant_id().await;
        let delete = format!(
            "begin; select set_config('app.tenant_id', '{tenant}', true); delete from app.cart where id = '{}'; \
             update app.product set deleted_at = now() where id = '{}'; commit",
            tests::uuid(&cart),
            tests::uuid(&product)
        );
        world.sql.batch_execute(&delete).await.unwrap();
        vec![("address_id", ids["address_id"].clone()), ("cart_id", cart), ("item_id", item), ("product", product)]
    }

    fn callers(&self, others: &Self) -> Vec<Caller> {
        let staff = self.people.iter().map(|(role, person)| Caller::Staff(*role, person.clone(), true));
        let mut callers = vec![Caller::Guest, Caller::Customer(self.sara.clone(), true)];
        callers.extend(staff);
        callers.push(Caller::Customer(others.sara.clone(), false));
        callers.push(Caller::Staff(Role::Owner, others.people[0].1.clone(), false));
        callers
    }

    fn call(&self, operation: &Operation, path: &str, query: &str, with_body: bool) -> Call {
        let url = format!("{}{path}{query}", self.shop.world.url());
        let call = self.shop.world.client().call(operation.method.clone(), url).host(&self.shop.host());
        let call = call.header("idempotency-key", fresh_key());
        let schema = &operation.value["requestBody"]["content"]["application/json"]["schema"];
        match (with_body, schema) {
            (true, schema) if schema.is_object() => call.json(&sample("", schema, &self.own)),
            _ => call,
        }
    }
}

fn mail(role: Role) -> String {
    format!("{role}@matrix.example")
}

/// Everybody with one password, whose hash is made once.
async fn employ(world: &World) {
    Door::staff(world, "qahwa").employ(&mail(Role::Owner), "owner").await;
    for slug in tests::SHOPS {
        for role in ROLES {
            let seed = json!({"slug": slug, "email": mail(role), "role": role.as_str()});
            world.sql.execute("select ops.seed_staff($1)", &[&seed]).await.unwrap();
        }
    }
    let tenant = world.shop("qahwa").tenant_id().await;
    let copy = format!(
        "begin; select set_config('app.tenant_id', '{tenant}', true); \
         update identity.credential c set password_hash = o.password_hash, password_set_at = o.password_set_at \
         from identity.account a, identity.account p join identity.credential o on o.id = p.id \
         where a.id = c.id and a.email like '%@matrix.example' and p.email = 'owner@matrix.example' and c.id <> o.id; \
         update identity.account set email_verified_at = now() where email like '%@matrix.example' and email_verified_at is null; commit"
    );
    world.sql.batch_execute(&copy).await.unwrap();
}

async fn stages(world: &World) -> Vec<Stage<'_>> {
    employ(world).await;
    let mut stages = Vec::new();
    for (n, slug) in tests::SHOPS.into_iter().enumerate() {
        stages.push(Stage::set(world, slug, n).await);
    }
    stages
}

/// A body that the schema lets pass: what is required, else the first field.
fn sample(name: &str, schema: &Value, own: &BTreeMap<&'static str, String>) -> Value {
    let schema = Contract::known().unwrap().resolve(schema);
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    if let Some(one) = schema["oneOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null")) {
        return sample(name, one, own);
    }
    let kind = schema["type"].as_array().map_or(&schema["type"], |kinds| &kinds[0]);
    match kind.as_str().unwrap_or_default() {
        "object" => {
            let fields = schema["properties"].as_object().cloned().unwrap_or_default();
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let first = fields.keys().map(String::as_str).filter(|_| required.is_empty()).take(1);
            let chosen: Vec<&str> = required.iter().copied().chain(first).collect();
            chosen.iter().map(|field| ((*field).to_owned(), sample(field, &fields[*field], own))).collect()
        }
        "integer" => 1.into(),
        "boolean" => true.into(),
        "array" => json!([]),
        _ => match name {
            "variant_id" => own["variant"].clone().into(),
            "account_id" => own["member"].clone().into(),
            "cart_id" => own["cart_id"].clone().into(),
            "email" => "nobody@example.com".into(),
            "phone" => "+966501234567".into(),
            "role" => "viewer".into(),
            "country" => "SA".into(),
            "postal_code" => "12345".into(),
            "password" => "seven brown camels at dusk".into(),
            "challenge_id" => uuid::Uuid::now_v7().to_string().into(),
            _ => "x".into(),
        },
    }
}

/// Whose id a parameter is.
fn kind_of(path: &str, parameter: &str) -> &'static str {
    match parameter {
        "account_id" if path.contains("/customers/") => "customer",
        "account_id" => "member",
        "address_id" => "address_id",
        "order_id" => "order_id",
        "session_id" => "session_id",
        "cart_id" => "cart_id",
        "item_id" => "item_id",
        "product" => "product",
        "media_id" => "media_id",
        "integration_id" => "integration_id",
        "key_id" => "key_id",
        "domain_id" => "domain_id",
        "invitation_id" => "invitation_id",
        "role" => "role",
        "provider" => "provider",
        "endpoint_id" => "endpoint_id",
        other => panic!("the matrix knows no {{{other}}} of {path}: give it one in `Stage`"),
    }
}

/// An id of a kind that nothing has.
fn absent(kind: &str) -> String {
    let hex = uuid::Uuid::now_v7().simple().to_string();
    let prefix = match kind {
        "customer" => "cus",
        "member" => "usr",
        "address_id" => "adr",
        "order_id" => "ord",
        "session_id" => "ses",
        "cart_id" => "crt",
        "item_id" => "itm",
        "product" => "prd",
        "media_id" => "med",
        "integration_id" => "int",
        "key_id" => "key",
        "domain_id" => "dom",
        "invitation_id" => "inv",
        "role" => return "nobody".to_owned(),
        "provider" => return "nobody".to_owned(),
        _ => return hex,
    };
    format!("{prefix}_{hex}")
}

fn absent_path(operation: &Operation) -> String {
    let values =
        parameters(&operation.path).into_iter().map(|name| (name, absent(kind_of(&operation.path, name)))).collect();
    fill(&operation.path, &values)
}

/// Whether the operation is a shop's: its request names one.
fn is_shops(operation: &Operation) -> bool {
    operation.value["parameters"].as_array().unwrap().iter().any(|one| one["name"] == "X-Tenant")
}

/// Whether the operation reads its query, and so refuses what is not in it.
fn reads_query(operation: &Operation) -> bool {
    operation.value["parameters"].as_array().unwrap().iter().any(|one| one["name"] == "lang")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_of_every_operation() {
    let world = World::start().await;
    let stages = stages(&world).await;
    let before = changes(&world).await;
    let mut cells = Vec::new();
    for (n, stage) in stages.iter().enumerate() {
        for caller in stage.callers(&stages[(n + 1) % stages.len()]) {
            for operation in Contract::known().unwrap().operations().iter().filter(|one| is_shops(one)) {
                cells.push((stage, caller.clone(), operation));
            }
        }
    }
    let count = cells.len();
    assert!(count >= 5_000, "{count}");
    // What the gate lets through fails at the next step: nobody names a shop in a parameter (NEG-08). So nothing changes.
    let faults: Vec<String> = stream::iter(cells)
        .map(async |(stage, caller, operation)| {
            let query = if reads_query(operation) { "?tenant_id=ten_0&store_id=1" } else { "" };
            let answer = caller.sign(stage.call(operation, &absent_path(operation), query, false)).await;
            let refused = caller.refused(operation);
            // A provider's answer may hold what it likes.
            let strict = reads_query(operation) && !operation.path.ends_with("/callback");
            let let_through: &[u16] = if strict { &[422] } else { &[400, 401, 404, 415, 422] };
            let good = refused.unwrap_or(let_through).contains(&answer.status);
            let what = format!("{} {} by {} at {}", operation.method, operation.path, caller.name(), stage.shop.slug);
            (!good).then(|| format!("{what}: {} {}", answer.status, answer.text()))
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(futures::future::ready)
        .collect()
        .await;
    assert!(faults.is_empty(), "{} of {count}: {:#?}", faults.len(), &faults[..faults.len().min(20)]);
    assert_eq!(changes(&world).await, before, "something changed");
    println!("{count} cells");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_id_tells_what_it_belongs_to() {
    let world = World::start().await;
    let stages = stages(&world).await;
    // What was read before it was deleted is kept for so long.
    tokio::time::sleep(std::time::Duration::from_millis(5_100)).await;
    let mut cells = Vec::new();
    for (n, stage) in stages.iter().enumerate() {
        let other = &stages[(n + 1) % stages.len()];
        for caller in stage.callers(other) {
            for operation in Contract::known().unwrap().operations().iter().filter(|one| is_shops(one)) {
                for (parameter, provenance, id) in foreign(stage, other, operation) {
                    cells.push((stage, caller.clone(), operation, parameter, provenance, id));
                }
            }
        }
    }
    let count = cells.len();
    assert!(count >= 5_000, "{count}");
    let faults: Vec<String> = stream::iter(cells)
        .map(async |(stage, caller, operation, parameter, provenance, id)| {
            let kind = kind_of(&operation.path, parameter);
            let path = |id: String| {
                let own = parameters(&operation.path).into_iter().map(|name| {
                    let own = stage.own.get(kind_of(&operation.path, name)).cloned();
                    (name, own.unwrap_or_else(|| absent(kind_of(&operation.path, name))))
                });
                let mut values: BTreeMap<&str, String> = own.collect();
                values.insert(parameter, id);
                fill(&operation.path, &values)
            };
            let ask = async |id: String| caller.sign(stage.call(operation, &path(id), "", true)).await;
            let (answer, nothing) = (ask(id.clone()).await, ask(absent(kind)).await);
            let (given, expected) = (without_length(face(&answer)), without_length(face(&nothing)));
            // Another shop's token is refused before or after the form of an id is looked at, by whether a cache knows the shop.
            let early = provenance == "malformed" && caller.is_foreign();
            let alike = (given == expected || early && given.0 == expected.0) && !answer.is_success();
            let what = format!("{} {} by {} at {}", operation.method, operation.path, caller.name(), stage.shop.slug);
            (!alike).then(|| format!("{what}, {parameter} {provenance}: {given:?}\n  absent: {expected:?}"))
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(futures::future::ready)
        .collect()
        .await;
    assert!(faults.is_empty(), "{} of {count}: {:#?}", faults.len(), &faults[..faults.len().min(20)]);
    println!("{count} cells");
    own_ids_open(&stages).await;
    world.allow_unpublished_events();
    world.finish().await;
}

/// The ids that must answer like absent ones.
fn foreign<'o>(stage: &Stage<'_>, other: &Stage<'_>, operation: &'o Operation) -> Vec<(&'o str, &'static str, String)> {
    let mut all = Vec::new();
    for parameter in parameters(&operation.path) {
        let kind = kind_of(&operation.path, parameter);
        if kind == "provider" {
            // The names of sign-in providers are the same for everybody, and no id of anything.
            continue;
        }
        let malformed = match kind {
            // A name of the right form may be anybody's.
            "role" | "product" => "%D9%A3%20".to_owned(),
            _ => absent(kind).to_uppercase(),
        };
        all.push((parameter, "malformed", malformed));
        let sources = [
            ("of another shop", &other.own),
            ("of another customer", &stage.of_another_customer),
            ("deleted", &stage.deleted),
        ];
        for (provenance, ids) in sources {
            // What staff may see of all customers is no other customer's to them.
            let staffs = provenance == "of another customer" && !operation.path.starts_with("/api/v1/storefront");
            if let Some(id) = ids.get(kind).filter(|_| !staffs) {
                all.push((parameter, provenance, id.clone()));
            }
        }
    }
    all
}

/// The same ids open for whose they are: else the cells above would prove nothing.
async fn own_ids_open(stages: &[Stage<'_>]) {
    let mut opened = BTreeSet::new();
    for stage in stages {
        let owner = &stage.people[0].1;
        for operation in
            Contract::known().unwrap().operations().iter().filter(|one| one.method == Method::GET && is_shops(one))
        {
            let kinds: Vec<_> =
                parameters(&operation.path).into_iter().map(|name| (name, kind_of(&operation.path, name))).collect();
            let values = kinds
                .iter()
                .filter_map(|(name, kind)| Some((*name, stage.own.get(kind)?.clone())))
                .collect::<BTreeMap<_, _>>();
            if kinds.is_empty() || values.len() < kinds.len() {
                continue;
            }
            let customers = operation.path.starts_with("/api/v1/storefront");
            let person = if customers { &stage.sara } else { owner };
            let call = stage.call(operation, &fill(&operation.path, &values), "", false);
            let public = operation.value["security"].as_array().unwrap().is_empty();
            let answer = if public { call } else { person.sign(call) }.await;
            assert!(answer.is_success(), "{}: {} {}", operation.path, answer.status, answer.text());
            opened.insert(operation.path.clone());
        }
    }
    assert!(opened.len() >= 10, "{opened:?}");
}

fn without_length(
    (status, mut headers, body): (u16, Vec<(String, String)>, Value),
) -> (u16, Vec<(String, String)>, Value) {
    headers.retain(|(name, _)| name != "content-length");
    (status, headers, body)
}

async fn changes(world: &World) -> i64 {
    world.count("select count(*) from audit.entry").await
}
