//! The test stand: database, sandbox gateway and host, each a process of its own on this machine, as in `cargo xtask up`.

mod database;
mod gateway;
mod metrics;
mod place;
mod service;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use tokio::process::Command;
use xtask::keys::now;

pub use database::{Cart, Database, Variant};
pub use gateway::{Recorder, Webhook};
pub use metrics::HostCalls;
pub use place::{Place, free_address};
pub use service::{Service, server};

use crate::load::Connection;
use crate::memory::{Memory, family};

/// Secret of the webhooks of every shop.
const WEBHOOK_SECRET: &str = "bench-webhook-secret";

/// Bounds of the component that hashes passwords: those of `cargo xtask up`.
const AUTH_BOUNDS: &str = "[components.auth]\ninstances_max = 2\nqueue_max = 256\n";

/// A server that is given this takes a free port, and says which.
const ANY_PORT: &str = "127.0.0.1:0";

/// Everything that is measured, running.
pub struct Stand {
    /// Files and programs.
    pub place: Place,
    /// The application's database.
    pub database: Database,
    /// The payment gateway.
    pub sandbox: Service,
    /// The application.
    pub host: Service,
    /// Where the host serves its metrics.
    pub metrics: std::net::SocketAddr,
    /// Where the gateway's webhooks go.
    pub recorder: Recorder,
    /// The application's variables.
    pub variables: BTreeMap<&'static str, String>,
    /// Variants that journeys spread over.
    pub variants: Vec<Variant>,
    /// Orders that the application said it has placed.
    pub placed: u64,
    /// Memory of host, sandbox and PostgreSQL before any load.
    pub idle: [Memory; 3],
}

impl Stand {
    /// Builds the stand.
    ///
    /// # Errors
    /// When one of its parts does not start.
    pub async fn build(place: Place) -> Result<Self> {
        let database = Database::create(&place.admin, "wasla_bench", &place.migrations(), &place.secrets).await?;
        database.equip().await?;
        let endpoints = database.connect_gateway(WEBHOOK_SECRET).await?;
        let recorder = Recorder::start().await?;
        let sandbox = Service::start(sandbox(&place, &endpoints, &recorder)?, &place.log("sandbox")).await?;
        let variables = variables(&place, &database, &sandbox, &endpoints)?;
        let metrics = free_address()?;
        let mut command = host(&place, &place.root.join("spin.toml"), "application", Some(AUTH_BOUNDS))?;
        command.args(["--listen", ANY_PORT, "--metrics-listen", &metrics.to_string()]).envs(environment(&variables));
        let host = Service::start(command, &place.log("host")).await?;
        let variants = database.variants().await?;
        let idle = [Memory::default(); 3];
        let mut stand =
            Self { place, database, sandbox, host, metrics, recorder, variables, variants, placed: 0, idle };
        stand.first_requests().await?;
        stand.idle = stand.memory().await?;
        Ok(stand)
    }

    /// Proves that the application works before it is measured, and lets every part load what it loads once.
    async fn first_requests(&self) -> Result<()> {
        let mut connection = Connection::new(self.host.address);
        for path in ["/health", "/ready", "/api/v1/storefront/products"] {
            let request = get(&self.a_shop(), path);
            let answer = connection.exchange(&request).await.with_context(|| format!("GET {path}"))?;
            anyhow::ensure!(answer.status == 200, "GET {path} answers {} {}", answer.status, answer.text());
        }
        Ok(())
    }

    /// The shop whose pages are read: that of the first variant.
    pub fn a_shop(&self) -> String {
        self.variants.first().map_or_else(String::new, |variant| variant.slug.clone())
    }

    /// A further host of the same application.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn another_host(&self, name: &str, settings: Option<&str>) -> Result<Service> {
        let mut command = self.host_command(name, settings)?;
        command.args(["--listen", ANY_PORT]);
        Service::start(command, &self.place.log(name)).await
    }

    /// The command of a further host of the same application, but for where it listens.
    ///
    /// # Errors
    /// When its settings cannot be written.
    pub fn host_command(&self, name: &str, settings: Option<&str>) -> Result<Command> {
        let settings = format!("{}{AUTH_BOUNDS}", settings.unwrap_or_default());
        let mut command = host(&self.place, &self.place.root.join("spin.toml"), name, Some(&settings))?;
        command.envs(environment(&self.variables));
        Ok(command)
    }

    /// A host of the hello-world component.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn hello_host(&self, name: &str, settings: Option<&str>) -> Result<Service> {
        let manifest = self.place.hello_manifest()?;
        let mut command = host(&self.place, &manifest, name, settings)?;
        command.args(["--listen", ANY_PORT]);
        Service::start(command, &self.place.log(name)).await
    }

    /// Memory of host, sandbox and PostgreSQL now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn memory(&self) -> Result<[Memory; 3]> {
        let postgres = self.database.server_pid().await?.map(family).unwrap_or_default();
        Ok([Memory::of(&[self.host.pid]), Memory::of(&[self.sandbox.pid]), Memory::of(&postgres)])
    }

    /// Ends every process, and deletes database and files.
    ///
    /// # Errors
    /// When one of them does not go.
    pub async fn dismantle(self) -> Result<()> {
        self.host.stop().await?;
        self.sandbox.stop().await?;
        self.database.delete().await?;
        self.place.delete()
    }
}

/// The bytes of a GET request to a shop.
pub fn get(slug: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {slug}.localhost\r\naccept: application/json\r\n\r\n").into_bytes()
}

fn host(place: &Place, manifest: &Path, name: &str, settings: Option<&str>) -> Result<Command> {
    let mut command = server(&place.program("host"));
    command.arg("--manifest").arg(manifest);
    command.arg("--state-dir").arg(place.folder(name)?).arg("--cache-dir").arg(place.folder("compiled")?);
    if let Some(text) = settings {
        let path = place.scratch.join(format!("{name}.toml"));
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        command.arg("--config").arg(path);
    }
    command.current_dir(&place.root);
    Ok(command)
}

fn sandbox(place: &Place, endpoints: &BTreeMap<String, String>, recorder: &Recorder) -> Result<Command> {
    let accounts: Vec<_> = endpoints
        .iter()
        .map(|(slug, endpoint)| {
            json!({
                "name": slug,
                "api_key": api_key(slug),
                "webhook_url": format!("http://{}/api/v1/webhooks/payments/moyasar/{endpoint}", recorder.address),
                "secret_token": WEBHOOK_SECRET,
            })
        })
        .collect();
    let path = place.scratch.join("accounts.json");
    std::fs::write(&path, serde_json::to_string(&accounts)?)?;
    let mut command = server(&place.program("sandbox"));
    command.args(["--listen", ANY_PORT, "--accounts"]).arg(path);
    command.env("SANDBOX_MESSAGE_CREDENTIALS", place.secrets.identity.message_credentials());
    Ok(command)
}

fn api_key(slug: &str) -> String {
    format!("sk_test_bench_{slug}")
}

fn variables(
    place: &Place,
    database: &Database,
    sandbox: &Service,
    endpoints: &BTreeMap<String, String>,
) -> Result<BTreeMap<&'static str, String>> {
    let credentials: BTreeMap<_, _> = endpoints.keys().map(|slug| (slug, api_key(slug))).collect();
    let gateway = format!("http://{}", sandbox.address);
    let mut variables = BTreeMap::from(place.secrets.identity.variables(&gateway, now()?)?);
    variables.extend([
        ("database_url", format!("{}?connect_timeout=2&application_name=wasla", database.app_url)),
        ("admin_database_url", format!("{}?connect_timeout=2&application_name=wasla-platform", database.admin_url)),
        ("database_origin", database.url.origin()),
        ("base_domain", "localhost".to_owned()),
        ("moyasar_base_url", gateway.clone()),
        ("dns_resolver_url", gateway),
        ("gateway_credentials", json!(credentials).to_string()),
        ("order_token_key", place.secrets.order_token_key.clone()),
        ("job_token", place.secrets.job_token.clone()),
    ]);
    Ok(variables)
}

fn environment(variables: &BTreeMap<&'static str, String>) -> impl Iterator<Item = (String, String)> {
    variables.iter().map(|(name, value)| (format!("SPIN_VARIABLE_{}", name.to_uppercase()), value.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_is_bounded_as_under_up() {
        assert!(include_str!("../../../xtask/src/up/host.toml").contains(AUTH_BOUNDS));
    }
}
