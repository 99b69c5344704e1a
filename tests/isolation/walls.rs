//! Either wall holds alone: the functions' own filters without row-level security, and row-level security without the filters.

use serde_json::{Value, json};
use tests::Database;
use tokio_postgres::Client;
use uuid::Uuid;

/// Takes `tenant_id = …` out of every function.
const WITHOUT_FILTERS: &str = r"do $do$
declare
  f regprocedure;
  stripped int := 0;
begin
  for f in select p.oid from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace in ('api'::regnamespace, 'app'::regnamespace) and l.lanname in ('sql', 'plpgsql')
      and p.prosrc ~ '\mtenant_id = ' and p.proname not in ('protect', 'resolve_tenant')
  loop
    execute regexp_replace(pg_get_functiondef(f), '(\w+\.)?\mtenant_id = (\w+\.)?(tenant_id\(\)|(tenant_id|tenant|id)\M)', 'true', 'g');
    stripped := stripped + 1;
  end loop;
  if stripped < 20 then raise exception 'only % functions had a filter', stripped; end if;
end $do$";

const WITHOUT_POLICIES: &str = "do $do$
declare
  t regclass;
begin
  for t in select c.oid from pg_class c where c.relkind = 'r' and c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace) loop
    execute format('alter table %s disable row level security', t);
  end loop;
end $do$";

/// What one shop has that another one might want.
struct Holdings {
    tenant: Uuid,
    cart: Uuid,
    item: Uuid,
    variant: Uuid,
    sku: String,
    price: i64,
    product: Uuid,
    slug: String,
    category: Uuid,
    media: Uuid,
    account: Uuid,
    order: Uuid,
    payment: Uuid,
    key: String,
}

impl Holdings {
    async fn of(sql: &Client, slug: &str) -> Self {
        let catalogue = "select t.id, v.id, v.sku, v.price_minor, p.id, p.slug, pc.category_id, pi.media_id, a.id \
             from app.tenant t join app.product p on p.tenant_id = t.id join app.variant v on v.product_id = p.id \
             join app.product_category pc on pc.product_id = p.id join app.product_image pi on pi.product_id = p.id \
             join app.gateway_account a on a.tenant_id = t.id where t.slug = $1 order by p.slug, v.sku limit 1";
        let row = sql.query_one(catalogue, &[&slug]).await.unwrap();
        let holdings = Self {
            tenant: row.get(0),
            variant: row.get(1),
            sku: row.get(2),
            price: row.get(3),
            product: row.get(4),
            slug: row.get(5),
            category: row.get(6),
            media: row.get(7),
            account: row.get(8),
            cart: Uuid::new_v4(),
            item: Uuid::now_v7(),
            order: Uuid::now_v7(),
            payment: Uuid::now_v7(),
            key: format!("key-of-{slug}"),
        };
        holdings.trade(sql).await;
        holdings
    }

    /// An open cart with an item, and an order placed from another one.
    async fn trade(&self, sql: &Client) {
        let bought = Uuid::new_v4();
        for cart in [self.cart, bought] {
            self.call(sql, "cart_create", json!({"id": cart})).await.unwrap();
            let item = if cart == bought { Uuid::now_v7() } else { self.item };
            let add = json!({"cart_id": cart, "item_id": item, "variant_id": self.variant, "quantity": 1, "max_quantity": 9, "max_items": 9});
            self.call(sql, "cart_add", add).await.unwrap();
        }
        let place = self.placing(self, bought, &self.key, self.order, self.payment);
        self.call(sql, "checkout_place", place).await.unwrap();
    }

    /// An order of this shop, made of what `from` has.
    fn placing(&self, from: &Self, cart: Uuid, key: &str, order: Uuid, payment: Uuid) -> Value {
        json!({
            "scope": "checkout", "key": key, "fingerprint": "f", "lease_s": 60, "reservation_s": 600, "cart_id": cart, "cart_version": 2,
            "order": {"id": order, "number_candidates": [format!("N-{}", &order.simple().to_string()[20..])], "email": "a@example.com",
                "phone": "+966500000000", "name": "A", "shipping_address": {}, "shipping_method": "standard", "currency": "SAR",
                "tax_rate_bp": 0, "tax_included": true, "subtotal_minor": from.price, "shipping_minor": 0, "tax_minor": 0,
                "total_minor": from.price, "locale": "ar"},
            "lines": [{"id": Uuid::now_v7(), "position": 1, "product_id": from.product, "variant_id": from.variant, "sku": from.sku,
                "name": {}, "options": {}, "unit_price_minor": from.price, "quantity": 1, "total_minor": from.price, "tax_minor": 0}],
            "payment": {"id": payment, "gateway_account_id": from.account, "method": "card", "amount_minor": from.price, "currency": "SAR"},
            "event": {"id": Uuid::now_v7()},
        })
    }

    async fn call(&self, sql: &Client, function: &str, input: Value) -> Result<Value, String> {
        let context = json!({"tenant_id": self.tenant, "actor": "guest", "request_id": "walls"});
        let call = format!("select api.{function}($1, $2)");
        match sql.query_one(&call, &[&context, &input]).await {
            Ok(row) => Ok(row.get(0)),
            Err(error) => {
                let error = error.as_db_error().unwrap_or_else(|| panic!("{error:?}")).clone();
                Err(error.constraint().unwrap_or(error.message()).to_owned())
            }
        }
    }
}

/// Every function with every id of the other shop, and alone where it lists.
fn attacks(own: &Holdings, foreign: &Holdings) -> Vec<(&'static str, Value)> {
    let add = |cart: Uuid, variant: Uuid| json!({"cart_id": cart, "item_id": Uuid::from_u128(7), "variant_id": variant, "quantity": 1, "max_quantity": 9, "max_items": 9});
    let claim = |cart: Uuid, key: &str| json!({"scope": "checkout", "key": key, "fingerprint": "f", "lease_s": 60, "cart_id": cart});
    let truth = json!({"gateway_ref": "inv", "gateway_payment_ref": "pay", "status": "paid", "amount_minor": foreign.price, "currency": "SAR", "live": false});
    let settle = |account: Uuid, payment: Uuid| json!({"account_id": account, "payment_id": payment, "gateway_ref": "inv", "truth": truth});
    let list = |filter: Value| {
        let mut input = json!({"langs": ["en"], "limit": 100});
        input.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
        input
    };
    let (order, payment) = (Uuid::from_u128(8), Uuid::from_u128(9));
    let mut smuggled = own.placing(own, own.cart, "smuggled", order, payment);
    smuggled["payment"]["gateway_account_id"] = json!(foreign.account);
    vec![
        ("cart_read", json!({"id": foreign.cart})),
        ("cart_add", add(foreign.cart, own.variant)),
        ("cart_add", add(own.cart, foreign.variant)),
        ("cart_set", json!({"cart_id": foreign.cart, "item_id": foreign.item, "quantity": 3})),
        ("cart_set", json!({"cart_id": own.cart, "item_id": foreign.item, "quantity": 3})),
        ("cart_remove", json!({"cart_id": foreign.cart, "item_id": foreign.item})),
        ("cart_remove", json!({"cart_id": own.cart, "item_id": foreign.item})),
        ("checkout_prepare", claim(foreign.cart, "fresh")),
        ("checkout_prepare", claim(own.cart, &foreign.key)),
        ("checkout_place", own.placing(foreign, foreign.cart, "theirs", order, payment)),
        ("checkout_place", own.placing(foreign, own.cart, "mixed", order, payment)),
        ("checkout_place", smuggled),
        (
            "checkout_finish",
            json!({"scope": "checkout", "key": foreign.key, "payment_id": foreign.payment, "gateway_ref": "inv",
            "redirect_url": "u", "answer_status": 201, "answer_body": "{}"}),
        ),
        ("checkout_yield", json!({"scope": "checkout", "key": foreign.key})),
        ("order_read", json!({"id": foreign.order})),
        ("payment_settle", settle(foreign.account, foreign.payment)),
        ("payment_settle", settle(own.account, foreign.payment)),
        ("storefront_product", json!({"id": foreign.product})),
        ("storefront_product", json!({"slug": foreign.slug})),
        ("storefront_media", json!({"id": foreign.media})),
        ("storefront_products", list(json!({}))),
        ("storefront_products", list(json!({"category": "x", "category_id": foreign.category}))),
        ("storefront_products", list(json!({"q": foreign.sku}))),
        ("storefront_categories", json!({})),
        ("storefront_shop", json!({})),
        ("cart_read", json!({"id": own.cart})),
    ]
}

/// What each attack came to: the answer or refusal, and how many changes of the other shop's rows.
async fn outcomes(sql: &Client, own: &Holdings, attacks: &[(&'static str, Value)], foreign: &Holdings) -> Vec<String> {
    let mut outcomes = Vec::new();
    for (function, input) in attacks {
        let changes = "select count(*) from audit.entry where tenant_id = $1";
        sql.batch_execute("begin; savepoint attack").await.unwrap();
        let before: i64 = sql.query_one(changes, &[&foreign.tenant]).await.unwrap().get(0);
        let outcome = own.call(sql, function, input.clone()).await;
        if outcome.is_err() {
            sql.batch_execute("rollback to savepoint attack").await.unwrap();
        }
        let after: i64 = sql.query_one(changes, &[&foreign.tenant]).await.unwrap().get(0);
        sql.batch_execute("rollback").await.unwrap();
        outcomes.push(match outcome {
            Ok(answer) => format!("{function}: {} foreign changes, {answer}", after - before),
            Err(refusal) => format!("{function}: {} foreign changes, refused {refusal}", after - before),
        });
    }
    outcomes
}

/// Runs the attacks with both walls and with these taken down; which of them came to something else.
async fn altered_by(demolition: &[&str]) -> Vec<String> {
    let database = Database::start().await;
    let sql = &database.sql;
    let (own, foreign) = (Holdings::of(sql, "qahwa").await, Holdings::of(sql, "moda").await);
    let attacks = attacks(&own, &foreign);
    let with_both = outcomes(sql, &own, &attacks, &foreign).await;
    for outcome in &with_both {
        assert!(outcome.contains(": 0 foreign changes"), "{outcome}");
        for id in [
            foreign.cart,
            foreign.item,
            foreign.variant,
            foreign.product,
            foreign.category,
            foreign.media,
            foreign.order,
        ] {
            let (plain, public) = (id.to_string(), id.simple().to_string());
            assert!(!outcome.contains(&plain) && !outcome.contains(&public), "{outcome}");
        }
    }
    for statement in demolition {
        sql.batch_execute(statement).await.unwrap_or_else(|error| panic!("{error:?}"));
    }
    let after = outcomes(sql, &own, &attacks, &foreign).await;
    with_both
        .iter()
        .zip(after)
        .filter(|(before, after)| *before != after)
        .map(|(before, after)| format!("{before}\n  became {after}"))
        .collect()
}

#[tokio::test]
async fn the_filters_hold_without_row_level_security() {
    assert_eq!(altered_by(&[WITHOUT_POLICIES]).await, Vec::<String>::new());
}

#[tokio::test]
async fn row_level_security_holds_without_the_filters() {
    assert_eq!(altered_by(&[WITHOUT_FILTERS]).await, Vec::<String>::new());
}

/// The attacks are such that they succeed where nothing is in their way.
#[tokio::test]
async fn the_attacks_succeed_without_either() {
    let altered = altered_by(&[WITHOUT_FILTERS, WITHOUT_POLICIES]).await;
    assert!(altered.len() >= 16, "only {} attacks can succeed at all:\n{}", altered.len(), altered.join("\n"));
}
