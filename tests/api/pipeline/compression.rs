//! `Accept-Encoding` (API-04).

use std::io::Read;

use flate2::read::GzDecoder;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, World};

use crate::api::auth::Door;

#[track_caller]
fn expanded(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-encoding"), Some("gzip"), "{answer:?}");
    assert_eq!(answer.header("content-length"), Some(&*answer.body.len().to_string()));
    assert!(answer.header("vary").unwrap().contains("Accept-Encoding"));
    let mut text = String::new();
    GzDecoder::new(&*answer.body).read_to_string(&mut text).unwrap();
    assert!(answer.body.len() < text.len() / 2, "{} of {}", answer.body.len(), text.len());
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_read_is_compressed_for_those_who_take_it() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let path = "/products?limit=20&lang=ar";
    let plain = shop.get(path).request_id("req-plain-1").await.expect(200);
    assert_eq!(plain.header("content-encoding"), None);
    assert!(plain.header("vary").unwrap().contains("Accept-Encoding"));
    for n in 0..3 {
        let id = format!("req-gzip-{n}");
        let answer = shop.get(path).request_id(&id).header("accept-encoding", "gzip, br;q=0.9").await.expect(200);
        let mut body = expanded(&answer);
        assert_eq!(body["meta"]["request_id"].take(), json!(id));
        let mut expected = plain.json();
        expected["meta"]["request_id"].take();
        assert_eq!(body, expected);
        assert_eq!(answer.header("etag"), plain.header("etag"), "a weak tag names what it says, however it is sent");
    }
    for refused in ["gzip;q=0", "identity", "identity, gzip;q=0.1", "br", "*;q=0"] {
        let answer = shop.get(path).header("accept-encoding", refused).await.expect(200);
        assert_eq!(answer.header("content-encoding"), None, "{refused}");
    }
    let known = shop.get(path).header("accept-encoding", "gzip").header("if-none-match", plain.header("etag").unwrap());
    let known = known.await.expect(304);
    assert_eq!((known.header("content-encoding"), known.body.len()), (None, 0));
    let head = shop.request(Method::HEAD, path).header("accept-encoding", "gzip").await.expect(200);
    assert!(head.body.is_empty());
    // What fits into a packet is not worth it.
    let small = shop.get("/shop").header("accept-encoding", "gzip").await.expect(200);
    assert!(small.body.len() >= 1024 || small.header("content-encoding").is_none());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_reads_are_compressed_and_what_a_strong_tag_names_is_not() {
    let world = World::start().await;
    let shop = Door::tenant(&world, "qahwa");
    let owner = Door::staff(&world, "qahwa").employee("noura@example.com", "owner").await;
    for n in 0..6 {
        shop.patch("", &owner, &json!({"name": {"ar": format!("محمصة {n}"), "en": "Roastery"}})).await.expect(200);
    }
    let trail = shop.get("/audit", &owner).header("accept-encoding", "gzip").await.expect(200);
    assert!(!expanded(&trail)["data"].as_array().unwrap().is_empty());
    let head = owner.sign(shop.request(Method::HEAD, "/audit")).header("accept-encoding", "gzip").await.expect(200);
    assert_eq!(head.header("content-length"), None, "that of a compressed answer is not known without it");
    // Its tag is for If-Match, and names these bytes.
    let settings = shop.get("", &owner).header("accept-encoding", "gzip").await.expect(200);
    assert!(settings.header("etag").unwrap().starts_with('"') && settings.header("content-encoding").is_none());

    let products = world.shop("qahwa").get("/products").await.data();
    let image = products.as_array().unwrap().iter().find_map(|product| product["image"]["url"].as_str()).unwrap();
    let picture = world.request(Method::GET, image).host(&world.shop("qahwa").host());
    let picture = picture.header("accept-encoding", "gzip").await.expect(200);
    assert!(picture.header("etag").unwrap().starts_with('"') && picture.header("content-encoding").is_none());
    assert_eq!(picture.header("cross-origin-resource-policy"), Some("cross-origin"));
    world.finish().await;
}

/// Tokens stand there beside what a caller sent, and a length that depends on both would tell of them (BREACH).
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_signing_in_is_compressed() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let gzip =
        |method: Method, path: &str| world.request(method, path).host(&shop.host()).header("accept-encoding", "gzip");
    let page = gzip(Method::GET, "/account/register").await.expect(200);
    assert!(page.body.len() > 1024);
    let staff = Door::staff(&world, "qahwa");
    staff.employ("noura@example.com", "owner").await;
    let login = staff.login("noura@example.com", crate::api::auth::PASSWORD).header("accept-encoding", "gzip");
    let login = login.await.expect(200);
    assert!(login.body.len() > 1024, "{}", login.body.len());
    let person = crate::api::auth::Person::read(login.clone());
    let sessions = person.sign(gzip(Method::GET, "/api/v1/auth/sessions")).await.expect(200);
    for answer in [page, login, sessions] {
        assert_eq!(answer.header("content-encoding"), None, "{answer:?}");
    }
    world.finish().await;
}
