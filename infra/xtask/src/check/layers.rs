//! Who may import whom (design §2).

use super::Finding;
use super::metadata::{Dependency, Package};

const RULE: &str = "layers";

/// Where a package stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    /// `components/<name>`: a route group.
    Component,
    /// `components/shared/<name>`.
    Shared,
    /// `infra/<name>`.
    Infra,
    /// `tests`, and fixtures in a folder `tests`.
    Tests,
}

/// What each commerce crate may import of the others: those below it.
const ALLOWED: [(&str, &[&str]); 8] = [
    ("commerce-domain", &[]),
    ("commerce-identity", &["commerce-domain"]),
    ("commerce-db", &["commerce-domain"]),
    ("commerce-kv", &["commerce-domain"]),
    ("commerce-gateways", &["commerce-domain"]),
    ("commerce-tenancy", &["commerce-db", "commerce-kv", "commerce-domain"]),
    ("commerce-http", &["commerce-tenancy", "commerce-identity", "commerce-db", "commerce-kv", "commerce-domain"]),
    ("commerce-app", &["commerce-identity", "commerce-db", "commerce-gateways", "commerce-domain"]),
];

const ALLOWED_IN_COMPONENTS: &[&str] =
    &["commerce-http", "commerce-app", "commerce-identity", "commerce-db", "commerce-domain"];

/// Reads the routes of the others where it is built, for the document of the API; what it ships holds none of them.
const READS_ROUTES: &str = "docs";

/// The crates of rules: pure functions of their arguments.
const PURE: [&str; 2] = ["commerce-domain", "commerce-identity"];

/// Crates that reach outside the process, or wait: never in [`PURE`].
const WITH_IO: [&str; 16] = [
    "axum",
    "deadpool",
    "deadpool-postgres",
    "futures",
    "getrandom",
    "hyper",
    "hyper-util",
    "redis",
    "reqwest",
    "rusqlite",
    "spin-sdk",
    "tokio",
    "tokio-postgres",
    "tower",
    "wasip3",
    "wasmtime",
];

/// Checks the declared dependencies of every package.
pub fn check(packages: &[Package]) -> Vec<Finding> {
    let components: Vec<&str> =
        packages.iter().filter(|one| layer(one) == Layer::Component).map(|one| one.name.as_str()).collect();
    let mut findings = Vec::new();
    for package in packages {
        for dependency in &package.dependencies {
            if let Some(reason) = refusal(package, dependency, &components) {
                findings.push(Finding::new(format!("{}/Cargo.toml", package.folder), RULE, reason));
            }
        }
    }
    findings
}

fn layer(package: &Package) -> Layer {
    let parts: Vec<&str> = package.folder.split('/').collect();
    match parts.as_slice() {
        parts if parts.contains(&"tests") => Layer::Tests,
        ["components", "shared", ..] => Layer::Shared,
        ["components", ..] => Layer::Component,
        _ => Layer::Infra,
    }
}

/// Why `package` may not depend on `name`, if it may not.
fn refusal(package: &Package, dependency: &Dependency, components: &[&str]) -> Option<String> {
    let layer = layer(package);
    let name = dependency.name.as_str();
    if layer == Layer::Tests {
        return None;
    }
    if components.contains(&name) && !(dependency.build && package.name == READS_ROUTES) {
        return Some(format!(
            "imports the component {name}: nothing imports a component, shared code belongs into components/shared"
        ));
    }
    if name.starts_with("commerce-") {
        return commerce_refusal(package, layer, name);
    }
    if dependency.dev {
        return None;
    }
    library_refusal(package, layer, name)
}

fn commerce_refusal(package: &Package, layer: Layer, name: &str) -> Option<String> {
    if layer == Layer::Infra {
        return Some(format!("imports {name}: infra knows nothing of commerce"));
    }
    let allowed = match layer {
        Layer::Component => Some(ALLOWED_IN_COMPONENTS),
        _ => ALLOWED.iter().find(|(crate_name, _)| *crate_name == package.name).map(|(_, allowed)| *allowed),
    };
    match allowed {
        None => Some(format!("imports {name}, but design §2 gives {} no place among the layers", package.name)),
        Some(allowed) if allowed.contains(&name) => None,
        Some([]) => Some(format!("imports {name}: {} is the lowest layer", package.name)),
        Some(allowed) => Some(format!("imports {name}: {} may import {} alone", package.name, allowed.join(", "))),
    }
}

fn library_refusal(package: &Package, layer: Layer, name: &str) -> Option<String> {
    let package_name = package.name.as_str();
    if PURE.contains(&package_name) && WITH_IO.contains(&name) {
        return Some(format!("imports {name}: {package_name} has no I/O, no async, no clock and no random numbers"));
    }
    // The bench measures against a bare axum server.
    let knows_axum = layer == Layer::Component || ["commerce-http", "bench"].contains(&package_name);
    if name == "axum" && !knows_axum {
        return Some("imports axum, which components and commerce-http alone know".to_owned());
    }
    let spin_crates = ["commerce-db", "commerce-kv", "commerce-gateways"];
    if name == "spin-sdk" && layer != Layer::Component && !spin_crates.contains(&package_name) {
        return Some(format!("imports spin-sdk, which components, {} alone know", spin_crates.join(", ")));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(folder: &str, dependencies: &[&str]) -> Package {
        let name = folder.rsplit('/').next().unwrap().to_owned();
        let dependency = |name: &&str| Dependency {
            name: name.rsplit(':').next().unwrap().into(),
            dev: name.starts_with("dev:"),
            build: name.starts_with("build:"),
        };
        Package { name, folder: folder.into(), dependencies: dependencies.iter().map(dependency).collect() }
    }

    fn reasons(packages: &[Package]) -> Vec<String> {
        check(packages).into_iter().map(|finding| finding.reason).collect()
    }

    #[test]
    fn the_house_as_designed_has_no_finding() {
        let house = [
            package(
                "components/storefront",
                &["commerce-http", "commerce-app", "commerce-db", "commerce-domain", "axum", "spin-sdk"],
            ),
            package(
                "components/shared/commerce-http",
                &["commerce-tenancy", "commerce-identity", "commerce-kv", "axum"],
            ),
            package(
                "components/shared/commerce-app",
                &["commerce-identity", "commerce-db", "commerce-gateways", "commerce-domain"],
            ),
            package("components/auth", &["commerce-http", "commerce-app", "commerce-identity", "axum", "spin-sdk"]),
            package("components/shared/commerce-identity", &["commerce-domain", "jsonwebtoken", "dev:getrandom"]),
            package("components/shared/commerce-gateways", &["commerce-domain", "spin-sdk"]),
            package("components/shared/commerce-domain", &["serde", "dev:tokio"]),
            package("infra/bench", &["axum", "host"]),
            package("infra/host/tests/guest", &["spin-sdk"]),
            package("tests", &["host", "commerce-domain", "storefront"]),
        ];
        assert_eq!(check(&house), []);
    }

    #[test]
    fn every_forbidden_arrow_is_found() {
        let cases = [
            ("components/storefront", "commerce-kv"),
            ("components/storefront", "commerce-gateways"),
            ("components/shared/commerce-db", "commerce-kv"),
            ("components/shared/commerce-http", "commerce-app"),
            ("components/shared/commerce-app", "commerce-http"),
            ("components/shared/commerce-domain", "commerce-db"),
            ("components/shared/commerce-domain", "tokio"),
            ("components/shared/commerce-domain", "commerce-identity"),
            ("components/shared/commerce-identity", "commerce-db"),
            ("components/shared/commerce-identity", "commerce-kv"),
            ("components/shared/commerce-identity", "getrandom"),
            ("components/shared/commerce-identity", "spin-sdk"),
            ("components/shared/commerce-db", "commerce-identity"),
            ("components/shared/commerce-tenancy", "commerce-identity"),
            ("components/shared/commerce-domain", "spin-sdk"),
            ("components/shared/commerce-db", "axum"),
            ("components/shared/commerce-http", "spin-sdk"),
            ("components/shared/commerce-new", "commerce-domain"),
            ("infra/host", "axum"),
            ("infra/host", "spin-sdk"),
            ("infra/sandbox", "commerce-gateways"),
            ("infra/sandbox", "dev:commerce-domain"),
        ];
        for (folder, dependency) in cases {
            assert_eq!(check(&[package(folder, &[dependency])]).len(), 1, "{folder} -> {dependency}");
        }
    }

    #[test]
    fn no_component_imports_another() {
        let house = [package("components/storefront", &["webhooks"]), package("components/webhooks", &[])];
        assert!(reasons(&house)[0].contains("webhooks"));
        assert_eq!(check(&house)[0].file, "components/storefront/Cargo.toml");
        let of_docs = |kind: &str| {
            check(&[package("components/docs", &[&format!("{kind}webhooks")]), package("components/webhooks", &[])])
                .len()
        };
        assert_eq!(
            (of_docs("build:"), of_docs(""), of_docs("dev:")),
            (0, 1, 1),
            "the build script of docs reads routes"
        );
        let other = [package("components/storefront", &["build:webhooks"]), package("components/webhooks", &[])];
        assert_eq!(check(&other).len(), 1);
    }
}
