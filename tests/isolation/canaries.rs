//! Many requests of all shops at once through the same instances: none sees anything of another shop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use http::Method;
use serde_json::json;
use tests::{Answer, Placed, SHOPS, Shop, World, fresh_key};

const WORKERS: usize = 24;
const REQUESTS: usize = 3_600;

/// A word that only this shop's texts contain.
fn canary(slug: &str) -> String {
    format!("canary-of-{slug}-7f3a")
}

/// What must not stand in any byte that a shop's client receives: the words, ids and endpoints of the others.
async fn forbidden(world: &World, slug: &str) -> Vec<String> {
    let query = "select unnest(array[replace(t.id::text, '-', ''), replace(a.endpoint_id::text, '-', ''), t.id::text]) from app.tenant t \
         join app.gateway_account a on a.tenant_id = t.id where t.slug <> $1 \
         union all (select replace(p.id::text, '-', '') from app.product p join app.tenant t on t.id = p.tenant_id where t.slug <> $1 order by p.id) \
         union all (select replace(v.id::text, '-', '') from app.variant v join app.tenant t on t.id = v.tenant_id where t.slug <> $1 order by v.id limit 20)";
    let mut words: Vec<String> = world.sql.query(query, &[&slug]).await.unwrap().iter().map(|row| row.get(0)).collect();
    words.extend(SHOPS.iter().filter(|other| **other != slug).map(|other| canary(other)));
    words
}

fn check(slug: &str, forbidden: &[String], answer: &Answer) {
    let text = format!("{:?}{}", answer.headers, answer.text());
    assert!(answer.status < 500, "{slug}: {text}");
    for word in forbidden {
        assert!(!text.contains(word.as_str()), "{slug} was told {word}: {text}");
    }
}

/// One shopper's step, another one each time.
async fn step(shop: Shop<'_>, n: usize, product: &str, placed: &Placed) -> Vec<Answer> {
    let by_header = |path: &str| {
        shop.world.request(Method::GET, &format!("/api/v1/storefront{path}")).header("x-tenant", shop.slug)
    };
    let lang = ["ar", "en"][n % 2];
    match n % 12 {
        0 => vec![shop.get(&format!("/products?lang={lang}&limit={}", 1 + n % 50)).await],
        1 => vec![shop.get(&format!("/products/{product}?lang={lang}")).await],
        2 => vec![shop.get(&format!("/shop?lang={lang}")).await],
        3 => vec![shop.get(&format!("/categories?lang={lang}")).await],
        4 => vec![by_header("/shop").await],
        5 => vec![by_header(&format!("/products?sort=name&lang={lang}")).await],
        6 => vec![shop.get(&format!("/orders/{}?token={}", placed.order_id, placed.token)).await],
        7 => vec![shop.get(&format!("/products?q=canary&limit=100&lang={lang}")).await],
        8 => vec![shop.get("/products/none").await, shop.get("/nowhere").await],
        9 => vec![shop.post("/checkout", &json!({"cart_id": "x"})).header("idempotency-key", fresh_key()).await],
        _ => {
            let created = shop.request(Method::POST, "/carts").await;
            let cart = created.data()["id"].as_str().unwrap().to_owned();
            let variant = placed.answer.json()["data"]["order"]["lines"][0]["variant_id"].clone();
            let added =
                shop.post(&format!("/carts/{cart}/items"), &json!({"variant_id": variant, "quantity": 1})).await;
            vec![created, added, shop.get(&format!("/carts/{cart}?lang={lang}")).await]
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mixed_requests_of_all_shops_stay_apart() {
    let world = Arc::new(World::start().await);
    for slug in SHOPS {
        let word = canary(slug);
        world
            .sql
            .batch_execute(&format!(
                "begin; select set_config('app.tenant_id', id::text, true) from app.tenant where slug = '{slug}'; \
                 update app.tenant set name = jsonb_build_object('ar', '{word}', 'en', '{word}') where id = app.tenant_id(); \
                 update app.product set name = jsonb_build_object('ar', name ->> 'ar' || ' {word}', 'en', name ->> 'en' || ' {word}'), \
                   description = jsonb_build_object('ar', '{word}', 'en', '{word}') where tenant_id = app.tenant_id(); \
                 update app.category set name = jsonb_build_object('ar', '{word}', 'en', '{word}') where tenant_id = app.tenant_id(); commit"
            ))
            .await
            .unwrap();
    }
    let mut shops = Vec::new();
    for slug in SHOPS {
        let shop = world.shop(slug);
        let variant = shop.any_variant().await;
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let mut body = shop.checkout_body(&cart);
        body["name"] = json!(canary(slug));
        body["shipping_address"]["city"] = json!(canary(slug));
        let placed = Placed::read(shop.post("/checkout", &body).header("idempotency-key", fresh_key()).await);
        shops.push((slug, variant.product, placed, forbidden(&world, slug).await));
    }
    let shops = Arc::new(shops);
    let sent = Arc::new(AtomicUsize::new(0));
    let own_seen = Arc::new(AtomicUsize::new(0));
    let workers = (0..WORKERS).map(|worker| {
        let (world, shops, sent, own_seen) =
            (Arc::clone(&world), Arc::clone(&shops), Arc::clone(&sent), Arc::clone(&own_seen));
        tokio::spawn(async move {
            let mut n = worker;
            while sent.load(Ordering::Relaxed) < REQUESTS {
                let (slug, product, placed, forbidden) = &shops[n % 3];
                for answer in step(world.shop(slug), n / 3, product, placed).await {
                    check(slug, forbidden, &answer);
                    sent.fetch_add(1, Ordering::Relaxed);
                    own_seen.fetch_add(usize::from(answer.text().contains(&canary(slug))), Ordering::Relaxed);
                }
                n += 1;
            }
        })
    });
    for worker in join_all(workers).await {
        worker.unwrap();
    }
    assert!(sent.load(Ordering::Relaxed) >= REQUESTS);
    // The words do travel: a test that looked for what is never sent would prove nothing.
    assert!(
        own_seen.load(Ordering::Relaxed) > REQUESTS / 3,
        "{} answers held their own word",
        own_seen.load(Ordering::Relaxed)
    );
    Arc::into_inner(world).unwrap().finish().await;
}
