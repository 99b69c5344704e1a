//! What every request brings: body, query, form, cookies, host, cursor.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts};
use commerce_domain::{AccountKind, CartId, Quantity};
use commerce_http::{AccessCookie, CursorScope, Form, IdempotencyKey, JsonBody, Problem, Query};
use commerce_tenancy::{Host, Selector};
use futures::executor::block_on;
use http::{HeaderValue, Request};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::target::Target;

#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Input {
    email: Option<String>,
    limit: Option<u8>,
    quantity: Option<Quantity>,
    cart_id: Option<CartId>,
    staff: Option<bool>,
    #[serde(default)]
    inner: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    q: Option<String>,
    limit: Option<u8>,
    min_price: Option<i64>,
    in_stock: Option<bool>,
    sort: Option<Sort>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sort {
    Newest,
    Name,
}

/// A refusal is the client's fault, and has a code.
fn check(problem: &Problem) {
    assert!(problem.status().is_client_error() && !problem.code().is_empty(), "{problem:?}");
}

fn taken<T>(read: Result<T, Problem>) -> Option<T> {
    read.map_err(|problem| check(&problem)).ok()
}

fn read_json<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<JsonBody<T>, Problem> {
    let request =
        Request::post("/").header("content-type", "application/json").body(Body::from(body.to_vec())).unwrap();
    block_on(JsonBody::from_request(request, &()))
}

/// Whether a value, or one inside it, is so. Names are texts.
fn holds(value: &Value, is_so: &impl Fn(&Value) -> bool) -> bool {
    is_so(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| holds(item, is_so)),
            Value::Object(fields) => fields.iter().any(|(name, field)| is_so(&json!(name)) || holds(field, is_so)),
            _ => false,
        }
}

fn json_body() -> Target {
    let good = json!({"email": "sara@example.com", "limit": 20, "quantity": 3, "cart_id": "crt_0190c0de0000700080000000000000ff",
        "staff": false, "inner": ["a", "ب", "\n"]});
    Target::bytes("JSON body", [good.to_string()], |bytes, _| {
        // Whatever else it is: one spelling, which is read as the same.
        if let Some(any) = taken(read_json::<Value>(bytes)) {
            let again = read_json::<Value>(any.canonical()).unwrap_or_else(|problem| panic!("{problem:?}"));
            // The last bit of a fraction may change when it is written and read again.
            let inexact = holds(&any.value, &|one| one.is_f64());
            assert!(inexact || (again.canonical(), &again.value) == (any.canonical(), &any.value), "another spelling");
            assert_eq!(any.value, serde_json::from_slice::<Value>(bytes).unwrap());
            assert!(!holds(&any.value, &|one| one.as_str().is_some_and(|text| text.contains('\0'))), "a NUL character");
        }
        let Some(body) = taken(read_json::<Input>(bytes)) else { return false };
        let plain: Input = serde_json::from_slice(bytes).unwrap();
        assert_eq!(body.value, plain, "read as something else");
        true
    })
}

fn query() -> Target {
    let good = ["q=%D9%82%D9%87%D9%88%D8%A9+x&min_price=5&in_stock=true&sort=name&limit=20&lang=ar", "sort=newest"];
    Target::text("query and form", good, |text, _| {
        let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        let posted =
            taken(block_on(Form::<Params>::from_request(request.body(Body::from(text.to_owned())).unwrap(), &())));
        if let Some(Form(form)) = &posted {
            let texts = [form.q.as_deref(), form.sort.as_ref().map(|_| "")];
            assert!(texts.iter().flatten().all(|text| !text.contains('\0')), "a NUL character");
            let numbers = (form.limit, form.min_price, form.in_stock);
            assert!(numbers == (None, None, None) || text.contains('='), "{numbers:?} of {text:?}");
        }
        let Ok(uri) = http::Uri::try_from(format!("/?{text}")) else { return posted.is_some() };
        let (mut parts, ()) = Request::get(uri).body(()).unwrap().into_parts();
        let asked = taken(block_on(Query::<Params>::from_request_parts(&mut parts, &())));
        asked.is_some()
    })
}

fn cookies() -> Target {
    let good = [
        "__Host-wasla_staff=a.b.c",
        "x=1; __Host-wasla_staff=a.b.c ;y",
        "__Host-wasla_staff=; __Host-wasla_staff=a.b.c",
    ];
    Target::bytes("cookies", good, |bytes, _| {
        let Ok(line) = HeaderValue::from_bytes(bytes) else { return false };
        let headers = [(http::header::COOKIE, line)].into_iter().collect();
        let Some(token) = taken(AccessCookie::read(&headers, AccountKind::Staff)).flatten() else { return false };
        assert!(!token.is_empty() && !token.contains(';'), "{token:?}");
        true
    })
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Position {
    n: i64,
    id: String,
}

fn cursor() -> Target {
    let [own, other] = ["qahwa", "noun"].map(|filter| CursorScope::new("products", &filter).unwrap());
    let good = own.cursor(&Position { n: 4_500, id: "a".to_owned() }).unwrap();
    Target::text("cursor", [good.clone()], move |text, _| {
        assert!(other.decode::<Position>(text).is_err(), "a cursor of another list");
        let found = taken(own.decode::<Position>(text));
        assert!(found.is_none() || text == good, "another cursor");
        found.is_some()
    })
}

fn host() -> Target {
    let good = ["qahwa.localhost:3000", "shop.example.com.", "متجر.السعودية", "[::1]:80", "127.0.0.1"];
    Target::text("host", good, |text, rng| {
        if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
            let tenant = HeaderValue::from_static(rng.pick(&["qahwa", "moda", "-", "a.b"]));
            let mut request = Request::get("/").body(()).unwrap();
            request.headers_mut().append("host", value.clone());
            if rng.below(2) > 0 {
                request.headers_mut().append("x-tenant", if rng.below(2) > 0 { tenant } else { value });
            }
            let _ = Selector::from_parts(&request.into_parts().0, "localhost").map(|selector| selector.key());
        }
        let Ok(host) = Host::parse(text) else { return false };
        if let Host::Domain(name) = &host {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
            assert!(name.len() < 254 && name.bytes().all(plain), "{name:?}");
            assert_eq!(Host::parse(name).as_ref(), Ok(&host), "read again it is another");
        }
        true
    })
}

fn idempotency_key() -> Target {
    Target::bytes("idempotency key", ["0190c0de-0000-7000-8000-0000000000ff"], |bytes, _| {
        let Ok(value) = HeaderValue::from_bytes(bytes) else { return false };
        let (mut parts, ()) = Request::get("/").header("idempotency-key", value).body(()).unwrap().into_parts();
        let Some(key) = taken(block_on(IdempotencyKey::from_request_parts(&mut parts, &()))) else { return false };
        assert_eq!(key.as_str().as_bytes(), bytes);
        true
    })
}

pub fn all() -> Vec<Target> {
    vec![json_body(), query(), cookies(), cursor(), host(), idempotency_key()]
}
