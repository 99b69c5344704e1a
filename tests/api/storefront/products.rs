//! `/api/v1/storefront/products`

use std::collections::HashSet;

use serde_json::Value;
use tests::{Shop, World};

/// Follows the cursors to the end.
async fn all_pages(shop: Shop<'_>, query: &str) -> Vec<Value> {
    let mut products = Vec::new();
    let mut cursor = String::new();
    for _ in 0..50 {
        let page = shop.get(&format!("/products?{query}{cursor}")).await.expect(200).json();
        products.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["meta"]["page"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return products,
        }
    }
    panic!("{query}: the pages do not end");
}

fn slugs(products: &[Value]) -> Vec<&str> {
    products.iter().map(|product| product["slug"].as_str().unwrap()).collect()
}

/// The slugs that SQL itself finds.
async fn expected(shop: Shop<'_>, condition: &str, order: &str) -> Vec<String> {
    let query = format!(
        "select p.slug from app.product p join app.tenant t on t.id = p.tenant_id where t.slug = $1 and {condition} order by {order}"
    );
    let rows = shop.world.sql.query(&query, &[&shop.slug]).await.unwrap_or_else(|error| panic!("{query}: {error:?}"));
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sort_pages_to_the_end_without_repetition() {
    let world = World::start().await;
    for shop in world.shops() {
        for (sort, order) in [
            ("newest", "p.published_at desc, p.id"),
            ("price", "p.price_from_minor, p.id"),
            ("-price", "p.price_from_minor desc, p.id"),
            ("name", "(p.name ->> 'LANG') collate \"und-x-icu\", p.id"),
        ] {
            for lang in ["ar", "en"] {
                let whole = expected(shop, "true", &order.replace("LANG", lang)).await;
                for limit in [7, 20, 100] {
                    let products = all_pages(shop, &format!("lang={lang}&sort={sort}&limit={limit}")).await;
                    assert_eq!(slugs(&products), whole, "{} {sort} {lang} {limit}", shop.slug);
                    assert_eq!(slugs(&products).iter().collect::<HashSet<_>>().len(), whole.len());
                }
            }
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_belongs_to_its_list() {
    let world = World::start().await;
    let (shop, other) = (world.shop("qahwa"), world.shop("moda"));
    let cursor = shop.get("/products?sort=price&limit=3").await.json()["meta"]["page"]["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    shop.get(&format!("/products?sort=price&limit=9&cursor={cursor}")).await.expect(200);
    for query in ["sort=-price", "sort=price&q=a", "sort=price&min_price=1", "sort=price&category=gifts"] {
        shop.get(&format!("/products?{query}&limit=3&cursor={cursor}")).await.expect_problem(400, "invalid_cursor");
    }
    // A position is no secret: in another shop it only marks a place in that shop's own list.
    let there = other.get(&format!("/products?sort=price&limit=100&cursor={cursor}")).await;
    if there.status == 200 {
        let own = expected(other, "true", "p.slug").await;
        assert!(slugs(there.data().as_array().unwrap()).iter().all(|slug| own.iter().any(|known| known == slug)));
    } else {
        there.expect_problem(400, "invalid_cursor");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_choose_what_sql_chooses() {
    let world = World::start().await;
    let in_stock = "exists (select from app.variant v join app.stock s on s.tenant_id = v.tenant_id and s.id = v.id \
         where v.tenant_id = p.tenant_id and v.product_id = p.id and s.on_hand > s.reserved)";
    for shop in world.shops() {
        for (query, condition) in [
            ("min_price=15000", "p.price_from_minor >= 15000".to_owned()),
            ("max_price=9000", "p.price_from_minor <= 9000".to_owned()),
            ("min_price=6500&max_price=15000", "p.price_from_minor between 6500 and 15000".to_owned()),
            ("in_stock=true", in_stock.to_owned()),
            ("in_stock=false", format!("not {in_stock}")),
            ("in_stock=true&max_price=20000", format!("{in_stock} and p.price_from_minor <= 20000")),
        ] {
            let products = all_pages(shop, &format!("{query}&sort=price&limit=10")).await;
            assert_eq!(
                slugs(&products),
                expected(shop, &condition, "p.price_from_minor, p.id").await,
                "{} {query}",
                shop.slug
            );
        }
        let category = match shop.slug {
            "qahwa" => "blends",
            "moda" => "abayas",
            _ => "gifts",
        };
        let condition = format!(
            "p.price_from_minor <= 30000 and exists (select from app.product_category x \
             join app.category c on c.tenant_id = x.tenant_id and c.id = x.category_id \
             where x.tenant_id = p.tenant_id and x.product_id = p.id and c.slug = '{category}')"
        );
        let products = all_pages(shop, &format!("category={category}&max_price=30000&sort=price&limit=3")).await;
        assert!(!products.is_empty());
        let wanted = expected(shop, &condition, "p.price_from_minor, p.id").await;
        assert_eq!(slugs(&products), wanted, "{} {category}", shop.slug);
        let all = all_pages(shop, "in_stock=true&limit=100").await;
        assert!(all.iter().all(|product| product["in_stock"] == true));
    }
    world.finish().await;
}

/// Shop, what a shopper types, a product that must be found by it. The catalogue is spelled as merchants spell.
const SEARCHES: [(&str, &str, &str); 58] = [
    // hamza forms
    ("qahwa", "إثيوبيا", "ethiopia-sidama-bensa-natural"),
    ("qahwa", "اثيوبيا", "ethiopia-yirgacheffe-kochere"),
    ("qahwa", "أثيوبيا", "ethiopia-guji-uraga-anaerobic"),
    ("qahwa", "آثيوبيا", "ethiopia-yirgacheffe-kochere"),
    ("qahwa", "ٱثيوبيا", "ethiopia-yirgacheffe-kochere"),
    ("qahwa", "ابريق", "milk-pitcher"),
    ("qahwa", "إبريق", "glass-carafe-brewer"),
    ("qahwa", "أبريق", "stovetop-gooseneck-kettle"),
    ("qahwa", "اوراق ترشيح", "cone-filter-papers"),
    ("qahwa", "اكواب", "double-wall-glasses"),
    ("qahwa", "بني اسماعيل", "yemen-bani-ismail"),
    ("qahwa", "هيل اخضر", "cardamom-jumbo-green"),
    ("moda", "اروى", "blazer-arwa"),
    ("moda", "فستان امال", "dress-aamal-day"),
    ("moda", "فستان أمال", "dress-aamal-day"),
    ("moda", "فستان امل", "dress-amal-evening"),
    ("moda", "ايشارب", "scarf-silk-twill"),
    ("moda", "اكسفورد", "shirt-oxford-men"),
    ("oud", "اسامي", "hindi-assam-double-super"),
    ("oud", "آسامي", "hindi-assami-daily"),
    ("oud", "عنبر اسود", "edp-black-amber"),
    ("oud", "اعواد بخور", "bakhoor-sticks"),
    // alef maqsura and ya
    ("moda", "منى", "blouse-mona-chiffon"),
    ("moda", "مني", "blouse-muna-knit"),
    ("moda", "ندي", "abaya-nada-crepe"),
    ("moda", "اروي", "blazer-arwa"),
    ("moda", "سلمي", "dress-salma-denim"),
    ("oud", "ليالى", "edp-layali-kuwait"),
    ("oud", "ليالي", "edp-layala"),
    ("oud", "لیالی", "edp-layali-kuwait"),
    // ta marbuta and ha
    ("qahwa", "قهوه", "qahwa-shaqra-cardamom"),
    ("qahwa", "قهوة", "qahwa-qassim-blend"),
    ("qahwa", "سومطرة", "sumatra-mandheling"),
    ("qahwa", "سومطره", "sumatra-gayo-organic"),
    ("qahwa", "هدية", "barista-starter-kit"),
    ("qahwa", "هديه", "saudi-hospitality-gift"),
    ("moda", "عباية", "abaya-dana-sport"),
    ("moda", "عبايه", "abaya-nada-crepe"),
    ("moda", "طرحة", "tarha-cotton-voile"),
    ("moda", "جلابيه", "jalabiya-hijazi"),
    ("oud", "مبخرة", "burner-electric-usb"),
    ("oud", "مبخره", "burner-brass-tall"),
    // tatweel
    ("qahwa", "قهوة حايل", "qahwa-hail-style"),
    ("qahwa", "قهــوة حــايل", "qahwa-hail-style"),
    ("oud", "بخور العروس", "bakhoor-aroos"),
    ("oud", "بـخـور", "bakhoor-diwaniya"),
    // harakat
    ("qahwa", "بن بني إسماعيل", "yemen-bani-ismail"),
    ("qahwa", "قَهْوَةٌ", "qahwa-shaqra-cardamom"),
    ("qahwa", "أظرف تقطير منوعة", "drip-bags-assorted"),
    ("moda", "قميص كتان بحري", "shirt-linen-men-resort"),
    ("oud", "دهن عود معتق", "dehn-hindi-assam-aged"),
    ("oud", "مُخَلَّط ملكي", "mukhallat-malaki"),
    // digits
    ("qahwa", "طقم فناجيل 6", "finjan-set-six"),
    ("qahwa", "فناجيل ٦", "finjan-set-six"),
    ("qahwa", "فناجيل ۶", "finjan-set-six"),
    ("oud", "2001", "dehn-kuwait-heritage"),
    // Latin, and a SKU as it is pasted
    ("qahwa", "narino", "colombia-narino-pink-bourbon"),
    ("qahwa", " qhw-mok-6c ", "moka-pot"),
];

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_every_spelling() {
    let world = World::start().await;
    let mut missed = Vec::new();
    for (slug, typed, wanted) in SEARCHES {
        let typed_encoded: String = typed.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let list = world.shop(slug).get(&format!("/products?limit=100&q={typed_encoded}")).await.expect(200).data();
        let list = list.as_array().unwrap();
        if !slugs(list).contains(&wanted) {
            missed.push(format!("{slug}: {typed:?} does not find {wanted}, but {:?}", slugs(list)));
        }
        let all = expected(world.shop(slug), "true", "p.slug").await.len();
        assert!(list.len() < all, "{slug}: {typed:?} finds everything");
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    for nothing in ["zzzzqq", "%D9%82%D9%87%D9%88%D8%A9%20zzzzqq"] {
        assert_eq!(world.shop("qahwa").get(&format!("/products?q={nothing}")).await.data(), serde_json::json!([]));
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_shown_by_slug_and_by_id() {
    let world = World::start().await;
    for (shop, slug) in [("qahwa", "moka-pot"), ("moda", "thobe-kuwaiti-classic"), ("oud", "bakhoor-aroos")] {
        let shop = world.shop(shop);
        for lang in ["ar", "en"] {
            let product = shop.get(&format!("/products/{slug}?lang={lang}")).await.expect(200).data();
            let by_id =
                shop.get(&format!("/products/{}?lang={lang}", product["id"].as_str().unwrap())).await.expect(200);
            assert_eq!(product, by_id.data());
            insta::assert_json_snapshot!(format!("{slug}_{lang}"), product, {".**.id" => "[id]", ".**.url" => "[url]"});
        }
    }
    for absent in ["no-such-product", "prd_00000000000070008000000000000000", "prd_x", "NO"] {
        let answer = world.shop("qahwa").get(&format!("/products/{absent}")).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "product_not_found"), "{absent}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_picture_of_the_lists_is_there() {
    let world = World::start().await;
    for shop in world.shops() {
        let products = shop.get("/products?limit=100").await.expect(200).data();
        let urls: HashSet<_> = products
            .as_array()
            .unwrap()
            .iter()
            .map(|product| product["image"]["url"].as_str().unwrap().to_owned())
            .collect();
        for url in urls {
            let answer = shop.get(url.strip_prefix("/api/v1/storefront").unwrap()).await.expect(200);
            assert_eq!(answer.header("content-type"), Some("image/svg+xml"));
            assert!(answer.text().starts_with("<svg"), "{url}");
            let tag = answer.header("etag").unwrap().to_owned();
            shop.get(url.strip_prefix("/api/v1/storefront").unwrap()).header("if-none-match", tag).await.expect(304);
        }
    }
    world.finish().await;
}
