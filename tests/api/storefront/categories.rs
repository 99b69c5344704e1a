//! `/api/v1/storefront/categories`

use serde_json::Value;
use tests::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_counts_what_the_lists_show() {
    let world = World::start().await;
    for shop in world.shops() {
        let tree = shop.get("/categories?lang=en").await.expect(200).data();
        insta::assert_json_snapshot!(format!("{}_tree", shop.slug), tree, {".**.id" => "[id]"});
        let mut open: Vec<Value> = tree.as_array().unwrap().clone();
        let mut seen = 0;
        while let Some(category) = open.pop() {
            let slug = category["slug"].as_str().unwrap();
            let list = shop.get(&format!("/products?limit=100&category={slug}")).await.expect(200).data();
            let by_id = shop.get(&format!("/products?limit=100&category={}", category["id"].as_str().unwrap()));
            assert_eq!(list, by_id.await.data(), "{slug} by its id");
            assert_eq!(category["product_count"], list.as_array().unwrap().len(), "{} {slug}", shop.slug);
            open.extend(category["children"].as_array().unwrap().iter().cloned());
            seen += 1;
        }
        assert!(seen >= 5, "{} has {seen} categories", shop.slug);
    }
    world.shop("oud").get("/products?category=no-such-category").await.expect_problem(404, "category_not_found");
    world.finish().await;
}
