use super::*;

const MINIMAL: &str = r#"
spin_manifest_version = 2
[application]
name = "demo"
[[trigger.http]]
route = "/..."
component = "web"
[component.web]
source = "web.wasm"
"#;

fn refusal(manifest: &str) -> String {
    format!("{:#}", Manifest::parse(manifest).expect_err("the manifest was accepted"))
}

#[test]
fn a_full_manifest_is_understood() {
    let manifest = Manifest::parse(
        r#"
        spin_manifest_version = 2
        [application]
        name = "demo"
        version = "1.0.0"
        description = "…"
        authors = ["somebody"]
        [application.trigger.http]
        [variables]
        token = { required = true, secret = true, description = "…" }
        level = { default = "info" }
        [[trigger.http]]
        id = "main"
        route = "/..."
        component = "web"
        [[trigger.http]]
        route = { private = true }
        component = "jobs"
        [component.web]
        source = "web.wasm"
        description = "…"
        allowed_outbound_hosts = ["postgres://{{ db_host }}"]
        key_value_stores = ["default"]
        variables = { token = "{{ token }}" }
        environment = { LANG = "C" }
        [component.web.build]
        command = ["one", "two"]
        workdir = "web"
        watch = ["src/**"]
        [component.jobs]
        source = "jobs.wasm"
        build.command = "one"
        "#,
    )
    .unwrap();
    assert_eq!(manifest.component.len(), 2);
    assert!(matches!(&manifest.trigger.http[1].route, Route::Private(PrivateRoute { private: true })));
}

#[test]
fn the_minimum_is_enough() {
    assert_eq!(Manifest::parse(MINIMAL).unwrap().application.name, "demo");
}

#[test]
fn unknown_keys_are_named() {
    assert!(refusal(&MINIMAL.replace("name =", "nam =")).contains("nam"));
    assert!(refusal(&format!("{MINIMAL}\nfiles = [\"static/*\"]")).contains("files"));
    assert!(refusal(&format!("{MINIMAL}\nsqlite_databases = [\"default\"]")).contains("sqlite_databases"));
    assert!(
        refusal(&MINIMAL.replace("component = \"web\"", "component = \"web\"\nexecutor = { type = \"wagi\" }"))
            .contains("executor")
    );
    assert!(refusal(&MINIMAL.replace("trigger.http", "trigger.redis")).contains("redis"));
}

#[test]
fn what_cannot_be_served_is_refused() {
    assert!(refusal(&MINIMAL.replace("version = 2", "version = 1")).contains("spin_manifest_version"));
    assert!(refusal(&MINIMAL.replace("component = \"web\"", "component = \"wob\"")).contains("wob"));
    assert!(refusal(&MINIMAL.replace("\"/...\"", "{ private = false }")).contains("private = true"));
    assert!(refusal(&MINIMAL.replace("web.wasm", "https://example.com/web.wasm")).contains("[component.web]"));
    assert!(refusal("spin_manifest_version = 2\n[application]\nname = \"x\"").contains("trigger.http"));
}
