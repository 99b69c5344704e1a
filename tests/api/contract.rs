//! The contract: `/openapi.json` and the page that shows it. That every answer of every test is as the document says is `tests::contract`'s work.

use std::fmt::Write as _;

use http::Method;
use serde_json::Value;
use tests::World;
use tests::contract::{Contract, fill, parameters};

use super::auth::Door;

/// Who may call what, and what is done once however often it is asked: a change of either is seen in the diff of this table.
#[tokio::test(flavor = "multi_thread")]
async fn permissions_and_idempotency_are_as_listed() {
    let world = World::start().await;
    let mut table = String::new();
    for operation in Contract::known().unwrap().operations() {
        let value = &operation.value;
        let has = |name: &str| value["parameters"].as_array().unwrap().iter().any(|one| one["name"] == name);
        let security = value["security"].as_array().unwrap();
        let mut whose: Vec<&str> = security
            .iter()
            .filter_map(|one| Some(one.as_object()?.keys().next().map_or("anybody", String::as_str)))
            .collect();
        whose.retain(|name| !name.ends_with("_cookie"));
        let permission = value["x-permission"].as_str().unwrap_or_default();
        let marks = [
            ("x-step-up", value["x-step-up"] == true),
            ("once", has("Idempotency-Key")),
            ("If-Match", has("If-Match")),
        ];
        let marks: Vec<&str> = marks.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        let line =
            format!("{} {} | {} {permission} {}", operation.method, operation.path, whose.join("|"), marks.join(" "));
        writeln!(table, "{}", line.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap();
    }
    insta::assert_snapshot!(table);
    world.finish().await;
}

/// The map (`spin.toml`) leads every operation to the component that knows it, and no method but those of the document is known there.
#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_where_the_document_says() {
    let world = World::start().await;
    let contract = Contract::known().unwrap();
    let paths: std::collections::BTreeSet<&str> = contract.operations().iter().map(|one| one.path.as_str()).collect();
    for path in paths {
        let values = parameters(path).into_iter().map(|name| (name, "x".to_owned())).collect();
        let url = fill(path, &values);
        let of_platform =
            contract.operations().iter().any(|one| one.path == path && one.value["security"][0]["platform"].is_array());
        let host = if of_platform { "platform.localhost" } else { "qahwa.localhost" };
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let listed = contract.operations().iter().any(|one| one.path == path && one.method == method);
            let answer = world.request(method.clone(), &url).host(host).await;
            let unknown = ["not_found", "route_not_found", "method_not_allowed"].contains(&answer.code().as_str());
            // `/docs` and the like are no operations, so that a page's 404 is none of these.
            assert_eq!(listed, !unknown, "{method} {path}: {} {}", answer.status, answer.text());
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_says_what_its_readers_need() {
    let world = World::start().await;
    let document = world.request(Method::GET, "/openapi.json").await.expect(200);
    assert_eq!(document.header("content-type"), Some("application/json"));
    let document = document.json();
    assert_eq!(document["openapi"], "3.1.0");
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes.len(), 6);
    let codes = document["components"]["schemas"]["ErrorCode"]["enum"].as_array().unwrap();
    let about = document["info"]["description"].as_str().unwrap();
    for code in codes {
        assert!(about.contains(&format!("| `{}` |", code.as_str().unwrap())), "{code} is not in the dictionary");
    }
    // Every reference leads somewhere, and nothing is listed that nothing refers to.
    let text = document.to_string();
    for part in text.split("\"#/components/").skip(1) {
        let place = part.split('"').next().unwrap();
        assert!(document.pointer(&format!("/components/{place}")).is_some(), "{place}");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("\"#/components/schemas/{name}\"")), "nothing refers to {name}");
    }
    // Jobs are the platform's own.
    assert!(document["paths"].as_object().unwrap().keys().all(|path| !path.starts_with("/internal")));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_comes_out_of_this_server_alone() {
    let world = World::start().await;
    let led = world.request(Method::GET, "/docs").await;
    assert_eq!((led.status, led.header("location")), (308, Some("/docs/")));
    let page = world.request(Method::GET, "/docs/").await.expect(200);
    assert_eq!(page.header("content-type"), Some("text/html"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    let text = page.text();
    let files: Vec<&str> =
        text.split(['"', '\'']).filter(|part| part.starts_with("./") && !part.contains(char::is_whitespace)).collect();
    assert!(files.len() >= 4, "{text}");
    for file in files {
        let asset = world.request(Method::GET, &format!("/docs/{}", file.trim_start_matches("./"))).await.expect(200);
        assert!(!asset.body.is_empty(), "{file}");
    }
    assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    let start = world.request(Method::GET, "/docs/swagger-initializer.js").await.expect(200).text();
    assert!(start.contains("/openapi.json") && !start.contains("https://"), "{start}");
    for absent in ["/docs/nothing.js", "/docs/..%2Fopenapi.json", "/docs/index.html%00"] {
        let answer = world.request(Method::GET, absent).await;
        assert!(matches!(answer.status, 400 | 404), "{absent}: {}", answer.status);
    }
    let _: Value = world.request(Method::GET, "/docs/nothing.js").await.expect_problem(404, "not_found").json();
    world.finish().await;
}

/// Values that no person would think of, in sequences that the document suggests: nothing answers 5xx, and nothing answers what the document does not
/// have. By nobody, by a customer, and by an owner.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs alone, after the others: it takes the whole machine for minutes"]
async fn schemathesis_finds_no_fault() {
    let world = World::start().await;
    let owner = Door::staff(&world, "qahwa").employee("owner@example.com", "owner").await;
    let customer = Door::customers(&world, "qahwa").customer("+966501234567").await;
    for (whose, token) in [("nobody", None), ("a customer", Some(customer.access)), ("an owner", Some(owner.access))] {
        let said = schemathesis(&world, token.as_deref()).await;
        assert!(said.status.success(), "by {whose}: {}", String::from_utf8_lossy(&said.stdout));
    }
    world.allow_unpublished_events();
    world.finish().await;
}

async fn schemathesis(world: &World, token: Option<&str>) -> std::process::Output {
    let program = tests::root().join("tests/schemathesis/venv/bin/schemathesis");
    let mut command = tokio::process::Command::new(&program);
    // What it keeps for another time is of no use here.
    command.current_dir(std::env::temp_dir());
    command.arg("run").arg(format!("{}/openapi.json", world.url())).kill_on_drop(true);
    command.args([
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
    ]);
    command.args([
        "--seed",
        "20261121",
        "--max-examples",
        "8",
        // Python 3.11's own parser, which it uses, trips over a second thread.
        "--workers",
        "1",
        "--continue-on-failure",
        "--no-color",
    ]);
    // The same resource under its other names; and what would end the session that everything else is tried with.
    command.args(["--exclude-path-regex", "^/api/v1/(organizations|stores)/|/(leave|logout|ownership)$|/sessions"]);
    command.args(["--header", "X-Tenant: qahwa"]);
    if let Some(token) = token {
        command.arg("--header").arg(format!("Authorization: Bearer {token}"));
    }
    let hint = "`cargo xtask test --env` installs it";
    command.output().await.unwrap_or_else(|error| panic!("{}: {error}: {hint}", program.display()))
}
