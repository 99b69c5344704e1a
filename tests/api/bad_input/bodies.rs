//! Bodies that are no JSON, or JSON that no API should take.

use serde_json::json;
use tests::World;

use super::{Case, Stage, refuse};

/// Bytes that are not JSON.
const NOT_JSON: &[(&str, &[u8])] = &[
    ("nothing", b""),
    ("a space", b" "),
    ("an open object", b"{"),
    ("a closed object", b"}"),
    ("an open array", b"["),
    ("a half literal", b"nul"),
    ("an open string", b"{\"a\": \"b"),
    ("a trailing comma", b"{\"a\": 1,}"),
    ("two commas", b"{\"a\": 1,, \"b\": 2}"),
    ("single quotes", b"{'a': 1}"),
    ("a bare name", b"{a: 1}"),
    ("a leading zero", b"{\"a\": 01}"),
    ("a plus sign", b"{\"a\": +1}"),
    ("no digit before the point", b"{\"a\": .5}"),
    ("no digit after the point", b"{\"a\": 1.}"),
    ("hexadecimal", b"{\"a\": 0x10}"),
    ("NaN", b"{\"a\": NaN}"),
    ("Infinity", b"{\"a\": -Infinity}"),
    ("a number beyond all bounds", b"{\"quantity\": 1e400}"),
    ("an unknown escape", b"{\"a\": \"\\x41\"}"),
    ("a short escape", b"{\"a\": \"\\u12\"}"),
    ("a lone high surrogate", b"{\"a\": \"\\ud800\"}"),
    ("a lone low surrogate", b"{\"a\": \"\\udc00\"}"),
    ("surrogates the wrong way round", b"{\"a\": \"\\udc00\\ud800\"}"),
    ("a surrogate in UTF-8", b"{\"a\": \"\xed\xa0\x80\"}"),
    ("no UTF-8", b"{\"a\": \"\xff\"}"),
    ("an overlong slash", b"{\"a\": \"\xc0\xaf\"}"),
    ("half a character", b"{\"a\": \"\xd8\"}"),
    ("above Unicode", b"{\"a\": \"\xf4\x90\x80\x80\"}"),
    ("a control character", b"{\"a\": \"\x01\"}"),
    ("a line break in a string", b"{\"a\": \"\n\"}"),
    ("a NUL byte", b"{\"a\": \"\0\"}"),
    ("a NUL byte behind", b"{}\0"),
    ("a byte order mark", b"\xef\xbb\xbf{}"),
    ("UTF-16", b"\xff\xfe{\0}\0"),
    ("two documents", b"{}{}"),
    ("a word behind", b"{} x"),
    ("a comment", b"{/* */}"),
    ("a form", b"quantity=1"),
    ("XML", b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"),
];

const NOT_OBJECTS: [&str; 8] = ["null", "true", "0", "-1.5", "\"text\"", "[]", "[{}]", "[[[]]]"];

const MEDIA_TYPES: [&str; 14] = [
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "application/jsonp",
    "application/json-patch+json",
    "application/problem+json",
    "application/json; charset=iso-8859-1",
    "application/json; charset=utf-16",
    "application/json; charset",
    "application/json, application/json",
    "application/*",
    "json",
];

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{{\"a\": {}1{}}}", open.repeat(depth), close.repeat(depth))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_is_refused() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let stage = Stage::with_people(shop).await;
    let mut cases = Vec::new();
    for route in stage.with_bodies() {
        let (call, valid, route) = (route.call(), route.valid, route.name);
        let call = call.header("content-type", "application/json");
        for (name, body) in NOT_JSON {
            cases.push(Case::new(format!("{route}: {name}"), call.clone().body(body.to_vec()), 400, "malformed_json"));
        }
        let whole = valid.to_string();
        for end in (1..whole.len()).step_by(if whole.len() > 100 { 7 } else { 3 }) {
            let body = whole.as_bytes()[..end].to_vec();
            cases.push(Case::new(format!("{route}: cut at {end}"), call.clone().body(body), 400, "malformed_json"));
        }
    }
    refuse(&world, cases, 2_000).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_of_another_shape_is_refused() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let stage = Stage::with_people(shop).await;
    let mut cases = Vec::new();
    for route in stage.with_bodies() {
        let (call, required, valid, route) = (route.call(), route.required, route.valid, route.name);
        let json = call.clone().header("content-type", "application/json");
        let mut push = |name: String, body: String, status, code, field: Option<&str>| {
            let case = Case::new(format!("{route}: {name}"), json.clone().body(body), status, code);
            cases.push(match field {
                Some(field) => case.field(field),
                None => case,
            });
        };
        for body in NOT_OBJECTS {
            push(body.to_owned(), body.to_owned(), 422, "invalid_request", None);
        }
        for depth in [16, 100, 5_000] {
            push(format!("{depth} arrays"), nested("[", "]", depth), 422, "too_deep", None);
            push(format!("{depth} objects"), nested("{\"a\":", "}", depth), 422, "too_deep", None);
        }
        push("open arrays".into(), "[".repeat(60_000), 422, "too_deep", None);
        for field in
            ["price", "total", "tenant_id", "__proto__", "constructor", "Quantity", "cart_id ", "is_admin", "ي"]
        {
            let mut body = valid.clone();
            body[field] = json!(1);
            push(format!("unknown {field}"), body.to_string(), 422, "invalid_request", Some(field));
        }
        push("doubled unknown field".into(), "{\"a\":1,\"a\":1}".into(), 400, "duplicate_field", Some("a"));
        push("doubled by an escape".into(), "{\"a\":1,\"\\u0061\":1}".into(), 400, "duplicate_field", Some("a"));
        push("NUL in a value".into(), "{\"a\":\"x\\u0000\"}".into(), 422, "nul_character", None);
        push("NUL in a name".into(), "{\"a\\u0000\":1}".into(), 422, "nul_character", None);
        for (name, _) in valid.as_object().unwrap() {
            let doubled = format!("{{\"{name}\":null,\"{name}\":null}}");
            push(format!("doubled {name}"), doubled, 400, "duplicate_field", Some(name));
        }
        for name in required {
            let mut body = valid.clone();
            body.as_object_mut().unwrap().remove(*name);
            push(format!("no {name}"), body.to_string(), 422, "invalid_request", Some(name));
        }
    }
    refuse(&world, cases, 1_000).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_media_types_and_large_bodies_are_refused() {
    let world = World::start().await;
    let shop = world.shop("oud");
    let stage = Stage::with_people(shop).await;
    let mut cases = Vec::new();
    for route in stage.with_bodies() {
        let (call, valid, route) = (route.call(), route.valid, route.name);
        let valid = valid.to_string();
        for media_type in MEDIA_TYPES {
            let call = call.clone().header("content-type", media_type).body(valid.clone());
            cases.push(Case::new(format!("{route}: {media_type:?}"), call, 415, "unsupported_media_type"));
        }
        cases.push(Case::new(
            format!("{route}: no media type"),
            call.clone().body(valid.clone()),
            415,
            "unsupported_media_type",
        ));
        let twice = call
            .clone()
            .header("content-type", "application/json")
            .header("content-type", "application/json")
            .body(valid.clone());
        cases.push(Case::new(format!("{route}: two media types"), twice, 400, "duplicate_header"));
        for size in [65_537, 256 << 10] {
            let padded = format!("{valid}{}", " ".repeat(size - valid.len()));
            let call = call.clone().header("content-type", "application/json").body(padded);
            cases.push(Case::new(format!("{route}: {size} bytes"), call, 413, "body_too_large"));
        }
    }
    refuse(&world, cases, 700).await;
    world.finish().await;
}
