//! Pages of the product list, one after another, are the list: nothing twice, nothing left out, however many keys are equal.

use std::collections::HashSet;

use serde_json::{Value, json};
use tests::Database;
use tokio_postgres::Client;

use super::call;

async fn walk(sql: &Client, filter: &Value, limit: usize) -> Vec<Value> {
    let context = json!({"slug": "moda"});
    let mut input = filter.clone();
    input["langs"] = json!(["en"]);
    input["limit"] = json!(limit);
    let mut rows = Vec::new();
    loop {
        let page = call(sql, "storefront_products", &context, &input).await.unwrap();
        let data = page["data"].as_array().unwrap();
        assert!(data.len() <= limit);
        rows.extend(data.iter().cloned());
        if page["next"].is_null() {
            return rows;
        }
        assert_eq!(data.len(), limit, "a page that has a next one is full");
        assert!(rows.len() <= 1_000, "the walk does not end");
        input["after"] = page["next"].clone();
    }
}

#[tokio::test]
async fn pages_neither_repeat_nor_skip() {
    let database = Database::start().await;
    let sql = &database.sql;
    // Equal keys everywhere: four prices, three moments, two names.
    sql.batch_execute(
        "do $$ declare moda uuid := (select id from app.tenant where slug = 'moda'); begin \
           perform set_config('app.tenant_id', moda::text, true); \
           update app.variant v set compare_at_minor = null, price_minor = 1000 * (1 + n.i % 4) \
             from (select p.id, row_number() over (order by p.id) as i from app.product p where p.tenant_id = moda) n where n.id = v.product_id; \
           update app.product p set published_at = '2026-01-01'::timestamptz + (n.i % 3) * interval '1 microsecond', \
               name = jsonb_build_object('en', case n.i % 2 when 0 then 'Même' else 'meme' end, 'ar', 'اسم') \
             from (select p.id, row_number() over (order by p.id) as i from app.product p where p.tenant_id = moda) n where n.id = p.id and p.tenant_id = moda; \
         end $$",
    )
    .await
    .unwrap();
    let count = "select count(*) from app.product p join app.tenant t on t.id = p.tenant_id where t.slug = 'moda'";
    let count: i64 = sql.query_one(count, &[]).await.unwrap().get(0);
    assert!(count >= 50);
    for sort in ["newest", "name", "price", "-price"] {
        for filter in [json!({}), json!({"min_price": 2000}), json!({"in_stock": true}), json!({"q": "meme"})] {
            let mut filter = filter;
            filter["sort"] = json!(sort);
            let whole = walk(sql, &filter, 1_000).await;
            if filter.as_object().unwrap().len() == 1 {
                assert_eq!(whole.len(), usize::try_from(count).unwrap());
            }
            for limit in [1, 2, 3, 7, 20, 59, 60, 61] {
                assert_eq!(walk(sql, &filter, limit).await, whole, "{filter} by {limit}");
            }
            let ids: HashSet<&str> = whole.iter().map(|product| product["id"].as_str().unwrap()).collect();
            assert_eq!(ids.len(), whole.len(), "{filter} repeats");
            let prices: Vec<i64> =
                whole.iter().map(|product| product["price"]["amount_minor"].as_i64().unwrap()).collect();
            match sort {
                "price" => assert!(prices.is_sorted()),
                "-price" => assert!(prices.iter().rev().is_sorted()),
                _ => {}
            }
        }
    }
}

/// What is published while a shopper walks appears once or not at all, and hides nothing that was there.
#[tokio::test]
async fn a_change_between_pages_hides_nothing() {
    let database = Database::start().await;
    let sql = &database.sql;
    let context = json!({"slug": "moda"});
    let mut input = json!({"langs": ["en"], "limit": 10, "sort": "newest"});
    let whole: Vec<Value> =
        walk(sql, &json!({"sort": "newest"}), 1_000).await.iter().map(|product| product["id"].clone()).collect();
    let mut seen = Vec::new();
    for page_number in 0.. {
        let page = call(sql, "storefront_products", &context, &input).await.unwrap();
        seen.extend(page["data"].as_array().unwrap().iter().map(|product| product["id"].clone()));
        if page["next"].is_null() {
            break;
        }
        input["after"] = page["next"].clone();
        // A product goes to the front, as if it had been published anew: one that was seen already.
        let front = seen[page_number].as_str().unwrap().trim_start_matches("prd_").parse::<uuid::Uuid>().unwrap();
        let publish = "update app.product set published_at = now() + interval '1 hour' where id = $1";
        sql.execute(publish, &[&front]).await.unwrap();
    }
    assert_eq!(seen, whole);
}
