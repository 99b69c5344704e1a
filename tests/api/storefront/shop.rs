//! `/api/v1/storefront/shop`

use tests::World;

#[tokio::test(flavor = "multi_thread")]
async fn each_shop_says_who_it_is_in_both_languages() {
    let world = World::start().await;
    for shop in world.shops() {
        for lang in ["ar", "en"] {
            let answer = shop.get("/shop").header("accept-language", lang).await.expect(200);
            assert_eq!(answer.header("content-language"), Some(lang));
            insta::assert_json_snapshot!(format!("{}_{lang}", shop.slug), answer.data(), {".id" => "[id]"});
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_the_first_that_the_shop_speaks() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    for (wanted, given) in
        [("fr, en;q=0.5, ar;q=0.4", "en"), ("fr", "ar"), ("*", "ar"), ("AR-sa", "ar"), ("en;q=0", "ar")]
    {
        let answer = shop.get("/shop").header("accept-language", wanted).await.expect(200);
        assert_eq!(answer.header("content-language"), Some(given), "{wanted}");
    }
    let answer = shop.get("/shop?lang=en").header("accept-language", "ar").await.expect(200);
    assert_eq!(answer.header("content-language"), Some("en"), "the query wins over the header");
    assert_eq!(shop.get("/shop").await.header("content-language"), Some("ar"), "the shop's own language");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_answer_is_not_sent_again() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    for path in ["/shop", "/categories", "/products?limit=5", "/products/moka-pot"] {
        let first = shop.get(path).await.expect(200);
        let tag = first.header("etag").unwrap().to_owned();
        assert!(first.header("cache-control").unwrap().starts_with("public"), "{path}");
        let again = shop.get(path).header("if-none-match", &tag).await.expect(304);
        assert!(again.body.is_empty(), "{path}");
        assert_eq!(again.header("etag"), Some(tag.as_str()), "{path}");
        let other = shop.get(path).header("if-none-match", &tag).header("accept-language", "en").await;
        other.expect(200);
    }
    world.finish().await;
}
