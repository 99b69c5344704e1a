//! Everything that one test needs, for that test alone.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use host::{App, Config, KeyValueBackend, Options, Seam};
use http::Method;
use sandbox::{Account, MessageCredentials, Sandbox};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use xtask::identity::Identity;
use xtask::keys;
use xtask::postgres::{DatabaseUrl, connect};

use crate::contract::Contract;
use crate::database::{Server, webhook_secret};
use crate::trail::Log;
use crate::{Call, Client, Mailbox, Proxy, Shop, place};

/// The demo shops.
pub const SHOPS: [&str; 3] = ["qahwa", "moda", "oud"];

/// The token of the job routes.
pub const JOB_TOKEN: &str = "job-token-of-the-tests-0123456789";

/// The keys of passwords, codes, tokens and messages in every world: known, so that a test can forge what it needs.
pub fn identity() -> Identity {
    Identity::known(IDENTITY_SEED)
}

/// Every byte of the Ed25519 seed that signs access tokens in a world, and of its sealing key.
pub const IDENTITY_SEED: u8 = 42;

/// How a world is to be.
#[derive(Default)]
pub struct WorldBuilder {
    seam: Option<Arc<dyn Seam>>,
    config: Config,
    variables: BTreeMap<String, String>,
    proxied: bool,
}

impl WorldBuilder {
    /// Sees every host call of the components.
    #[must_use]
    pub fn seam(mut self, seam: Arc<dyn Seam>) -> Self {
        self.seam = Some(seam);
        self
    }

    /// The host's settings.
    #[must_use]
    pub fn config(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Another value of an application variable.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Puts a [`Proxy`] between the components and the database: [`World::database`].
    #[must_use]
    pub fn behind_proxy(mut self) -> Self {
        self.proxied = true;
        self
    }

    /// Starts the world.
    pub async fn start(mut self) -> World {
        let server = Server::get().await;
        let database = server.create().await.unwrap_or_else(|error| panic!("no database: {error:#}"));
        let sql = connect(&database).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let gateway = start_gateway(address, &sql).await;
        let (mut login, mut admin) = (server.app_user(&database), server.app_admin(&database));
        let proxy = match self.proxied {
            true => Some(Proxy::start(format!("{}:{}", login.host, login.port)).await),
            false => None,
        };
        if let Some(proxy) = &proxy {
            for login in [&mut login, &mut admin] {
                (login.host, login.port) = (proxy.addr().ip().to_string(), proxy.addr().port());
            }
        }
        let mut variables = variables(&login, &admin, &gateway);
        variables.append(&mut self.variables);
        self.config.access_log = std::env::var_os("WASLA_TEST_LOG").is_some();
        // A seam counts and breaks what a test means it to, and nothing beside.
        let plain = self.seam.is_none() && !self.proxied;
        let options = Options {
            variables,
            read_environment: false,
            key_value: Some(KeyValueBackend::Memory),
            seam: self.seam,
            config: self.config,
            state_dir: None,
            compile_cache_dir: Some(place::components_dir().join("compiled")),
        };
        let app = App::load(place::manifest(), options).await.unwrap_or_else(|error| panic!("{error:#}"));
        let server = app.serve(listener).await.unwrap();
        let client = Client::default();
        if plain && Contract::known().is_none() {
            let document = client.call(Method::GET, format!("http://{address}/openapi.json")).await.expect(200).json();
            Contract::learn(&document);
        }
        let log = Log::begin(&sql).await;
        World {
            sql,
            log: Some(log),
            gateway,
            app,
            proxy,
            client,
            address,
            database,
            server: Some(server),
            finished: false,
            unpublished_allowed: AtomicBool::new(false),
            untold_allowed: AtomicBool::new(false),
        }
    }
}

/// A database with three shops, a payment gateway that knows them, and the components, serving.
///
/// Ends with [`World::finish`], which checks the invariants.
pub struct World {
    /// The administrator's session in the world's database.
    pub sql: tokio_postgres::Client,
    /// The payment gateway.
    pub gateway: Sandbox,
    /// The application.
    pub app: App,
    proxy: Option<Proxy>,
    client: Client,
    address: SocketAddr,
    database: DatabaseUrl,
    server: Option<host::Server>,
    finished: bool,
    unpublished_allowed: AtomicBool,
    untold_allowed: AtomicBool,
    log: Option<Log>,
}

impl World {
    /// A world without specialities.
    pub async fn start() -> Self {
        WorldBuilder::default().start().await
    }

    /// A world with specialities.
    pub fn builder() -> WorldBuilder {
        WorldBuilder::default()
    }

    /// One of the shops.
    pub fn shop<'w>(&'w self, slug: &'w str) -> Shop<'w> {
        Shop { world: self, slug }
    }

    /// All shops.
    pub fn shops(&self) -> impl Iterator<Item = Shop<'_>> {
        SHOPS.iter().map(|slug| self.shop(slug))
    }

    /// A request to any path, for no shop.
    pub fn request(&self, method: Method, path: &str) -> Call {
        self.client.call(method, format!("{}{path}", self.url()))
    }

    /// The messages that were sent.
    pub fn mailbox(&self) -> Mailbox<'_> {
        Mailbox::of(self)
    }

    /// A request to a webhook endpoint.
    pub fn webhook(&self, endpoint: &str, body: impl Into<bytes::Bytes>) -> Call {
        let call = self.request(Method::POST, &format!("/api/v1/webhooks/payments/moyasar/{endpoint}"));
        call.header("content-type", "application/json").body(body)
    }

    /// Runs a job (`storefront/release-reservations`, `storefront/purge`, `payments/reconcile`, `events/publish`,
    /// `audit/seal`, `messages/deliver`) until it has nothing more to do; how much it did.
    pub async fn run_job(&self, name: &str) -> i64 {
        let mut done = 0;
        loop {
            let answer = self.job(name).await.expect(200).data();
            done += answer["done"].as_i64().unwrap();
            if !answer["more"].as_bool().unwrap() {
                return done;
            }
        }
    }

    /// One request to a job.
    pub fn job(&self, name: &str) -> Call {
        self.request(Method::POST, &format!("/internal/jobs/{name}"))
            .header("authorization", format!("Bearer {JOB_TOKEN}"))
    }

    /// The proxy between the components and the database, when there is one.
    pub fn database(&self) -> &Proxy {
        self.proxy.as_ref().expect("the world was not built behind a proxy")
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Where the components are served.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Origin of the components, without a shop.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The secret that a shop's webhooks carry.
    pub fn webhook_secret(&self, slug: &str) -> String {
        webhook_secret(slug)
    }

    /// Another session of the administrator.
    pub async fn another_session(&self) -> tokio_postgres::Client {
        connect(&self.database).await.unwrap()
    }

    /// A session of the login that the components use.
    pub async fn app_user_session(&self) -> tokio_postgres::Client {
        connect(&Server::get().await.app_user(&self.database)).await.unwrap()
    }

    /// A session of the login that the platform's component uses.
    pub async fn app_admin_session(&self) -> tokio_postgres::Client {
        connect(&Server::get().await.app_admin(&self.database)).await.unwrap()
    }

    /// Waits for the gateway's webhooks and publishes all events.
    pub async fn deliver_events(&self) {
        self.gateway.idle().await;
        self.run_job("events/publish").await;
    }

    /// Says that this test leaves events behind that nobody published.
    pub fn allow_unpublished_events(&self) {
        self.unpublished_allowed.store(true, Ordering::Relaxed);
    }

    /// Says that this test changes rows behind the triggers' back, or writes the trail by itself.
    pub fn allow_untold_changes(&self) {
        self.untold_allowed.store(true, Ordering::Relaxed);
    }

    /// Ends the world: webhooks and events are delivered, then the invariants must hold and the trail tell every change.
    pub async fn finish(self) {
        self.deliver_events().await;
        self.finish_as_it_is().await;
    }

    /// Ends the world without delivering anything first. Events that nobody published and changes that the trail does
    /// not tell fail the test, unless it allowed them.
    pub async fn finish_as_it_is(mut self) {
        self.assert_invariants().await;
        if !self.unpublished_allowed.load(Ordering::Relaxed) {
            assert_eq!(self.count("select count(*) from app.outbox where seq is null").await, 0, "unpublished events");
        }
        if let (Some(log), false) = (self.log.take(), self.untold_allowed.load(Ordering::Relaxed)) {
            let untold = log.untold(&self.sql).await;
            assert!(untold.is_empty(), "the trail does not tell what happened:\n{}", untold.join("\n"));
        }
        self.finished = true;
        if let Some(server) = self.server.take() {
            server.shutdown(Duration::from_millis(200)).await;
        }
        self.app.close();
        Server::get().await.drop(&self.database).await.unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        self.app.close();
        let database = self.database.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { Server::get().await.discard(&database) });
        });
        if !std::thread::panicking() {
            panic!("a test must end its world with `finish`, so that the invariants are checked");
        }
    }
}

/// A gateway that knows the shops by their own accounts and calls this world's endpoints.
async fn start_gateway(application: SocketAddr, sql: &tokio_postgres::Client) -> Sandbox {
    let query = "select t.slug, replace(a.endpoint_id::text, '-', '') from app.gateway_account a join app.tenant t on t.id = a.tenant_id";
    let accounts = sql.query(query, &[]).await.unwrap();
    let accounts = accounts.iter().map(|row| {
        let (slug, endpoint): (String, String) = (row.get(0), row.get(1));
        Account {
            api_key: api_key(&slug),
            webhook_url: format!("http://{application}/api/v1/webhooks/payments/moyasar/{endpoint}"),
            secret_token: webhook_secret(&slug),
            name: slug,
        }
    });
    let Identity { email_key: email, sms_key: sms, .. } = identity();
    let config = sandbox::Config {
        accounts: accounts.collect(),
        message_credentials: MessageCredentials { email, sms },
        retry_base: Duration::from_millis(20),
        ..sandbox::Config::default()
    };
    Sandbox::start(config).await.unwrap()
}

/// The shop's key at the gateway.
pub fn api_key(slug: &str) -> String {
    format!("sk_test_{slug}_0123456789abcdef")
}

fn variables(login: &DatabaseUrl, admin: &DatabaseUrl, gateway: &Sandbox) -> BTreeMap<String, String> {
    let credentials: Map<_, _> = SHOPS.iter().map(|slug| ((*slug).to_owned(), Value::from(api_key(slug)))).collect();
    let of_identity = identity().variables(&gateway.url(), keys::now().unwrap()).unwrap();
    let variables = [
        ("database_url", format!("{login}?connect_timeout=2&application_name=wasla")),
        ("admin_database_url", format!("{admin}?connect_timeout=2&application_name=wasla-platform")),
        ("database_origin", login.origin()),
        ("base_domain", "localhost".to_owned()),
        ("moyasar_base_url", gateway.url()),
        ("dns_resolver_url", gateway.url()),
        ("gateway_credentials", json!(credentials).to_string()),
        ("order_token_key", "order-token-key-of-the-tests-0123456789abcdef".to_owned()),
        ("job_token", JOB_TOKEN.to_owned()),
    ];
    variables.into_iter().chain(of_identity).map(|(name, value)| (name.to_owned(), value)).collect()
}
