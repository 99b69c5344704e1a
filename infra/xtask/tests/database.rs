//! A private cluster in a folder of its own: migrations, functions and seeds go on it and come off again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers as well")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio_postgres::Client;
use xtask::migrate;
use xtask::postgres::Cluster;
use xtask::seed::{self, Outcome};
use xtask::session::Session;
use xtask::workspace::Workspace;

const ROLES: &str = "do $$ begin create role app_user login; exception when duplicate_object then null; end $$;
    do $$ begin create role app_admin login; exception when duplicate_object then null; end $$;
    create schema app; create schema api; create schema ops;
    create table app.shop (slug text primary key, owner text);";

/// SQL bodies: the first calls the second, which comes later in the order.
const FIRST: &str = "create or replace function app.first() returns int language sql return app.second() + 1;";
const SECOND: &str = "create or replace function app.second() returns int language sql return 1;";
const PING: &str = "create or replace function api.system_ping() returns int language sql as 'select app.first()';";
/// Depends on a table's type: it must go before the table can.
const TYPED: &str = "create or replace function app.slug_of(shop app.shop) returns text language sql return shop.slug;";
const SEED: &str = "create or replace function ops.seed_tenant(input jsonb) returns jsonb language sql as
    'insert into app.shop values (input #>> ''{tenant,slug}'') on conflict do nothing;
     select jsonb_build_object(''shops'', (select count(*) from app.shop))';";

const STAFF: &str = "create or replace function ops.seed_staff(input jsonb) returns jsonb language sql as
    'update app.shop set owner = input ->> ''email'' where slug = input ->> ''slug'' returning to_jsonb(owner)';";

/// A checkout with migrations and nothing else; deleted with its server's data at the end.
struct Checkout {
    root: PathBuf,
    workspace: Workspace,
}

impl Checkout {
    fn new() -> Self {
        let root = std::env::temp_dir().join(format!("xtask-database-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
        let checkout = Self { workspace: Workspace::at(&root), root };
        checkout.write("schema/0001_base.up.sql", ROLES);
        checkout.write("schema/0001_base.down.sql", "drop schema app, api, ops cascade;");
        checkout.write("schema/0002_note.up.sql", "create table app.note (text text);");
        checkout.write("schema/0002_note.down.sql", "drop table app.note;");
        checkout.write("api/app/first.sql", FIRST);
        checkout.write("api/app/second.sql", SECOND);
        checkout.write("api/system/ping.sql", PING);
        checkout.write("api/app/slug_of.sql", TYPED);
        checkout.write("api/ops/seed_tenant.sql", SEED);
        checkout.write("api/ops/seed_staff.sql", STAFF);
        checkout.write("api/grants.sql", "grant usage on schema api to app_user;");
        checkout.write("seed/oud.json", r#"{"tenant": {"slug": "oud"}}"#);
        checkout
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.root.join("migrations").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn folder(&self) -> PathBuf {
        self.workspace.migrations()
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // After a failed test the server may still run on it; the panic is the news then.
        let _ = fs::remove_dir_all(&self.root);
    }
}

async fn number(client: &Client, query: &str) -> i32 {
    client.query_one(query, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_private_cluster_is_made_migrated_undone_and_stopped() {
    let checkout = Checkout::new();
    let mut session = Session::open(&checkout.workspace, None, false).await.unwrap();
    let outcome = {
        let session = &mut session;
        let folder = checkout.folder();
        // The server must be stopped whatever happens, so a panic is caught as that of a task.
        let mut client = session.connect().await.unwrap();
        let secrets = session.vault.secrets.clone();
        let login = session.url.with_login("app_user", &secrets.app_user_password);
        let work = async move {
            functions_and_migrations(&mut client, &folder).await;
            migrate::set_passwords(&client, &secrets).await.unwrap();
            assert_eq!(number(&xtask::postgres::connect(&login).await.unwrap(), "select 1").await, 1);
            seeds(&mut client, &folder).await;
            broken_files(&mut client, &folder).await;
            way_back(&mut client, &folder).await;
        };
        tokio::spawn(work).await
    };
    assert!(Cluster::runs(&checkout.workspace));
    shared_cluster_stays_up(&checkout.workspace).await;
    session.close().await.unwrap();
    assert!(!Cluster::runs(&checkout.workspace), "the last user stops the server");
    outcome.unwrap();
    lost_secrets(&checkout.workspace).await;
}

/// A cluster that nobody can log in to any more is refused, and replaced when a fresh one is asked for.
async fn lost_secrets(workspace: &Workspace) {
    fs::remove_file(workspace.secrets_file()).unwrap();
    let refusal = format!("{:#}", Session::open(workspace, None, false).await.unwrap_err());
    assert!(refusal.contains("--fresh") && refusal.contains("password"), "{refusal}");
    assert!(!Cluster::runs(workspace), "what is of no use is not left running");
    let session = Session::open(workspace, None, true).await.unwrap();
    assert_eq!(number(&session.connect().await.unwrap(), "select 1").await, 1);
    session.close().await.unwrap();
}

/// Another command that uses the running cluster leaves it running.
async fn shared_cluster_stays_up(workspace: &Workspace) {
    let other = Session::open(workspace, None, false).await.unwrap();
    other.close().await.unwrap();
    assert!(Cluster::runs(workspace));
}

async fn functions_and_migrations(client: &mut Client, folder: &Path) {
    let applied = migrate::up(client, folder).await.unwrap();
    assert_eq!(applied.migrations, ["0001_base.up.sql", "0002_note.up.sql"]);
    assert_eq!(applied.functions, 7);
    assert_eq!(number(client, "select api.system_ping()").await, 2);
    assert!(migrate::up(client, folder).await.unwrap().is_empty(), "nothing is applied twice");
    fs::write(folder.join("api/app/second.sql"), SECOND.replace("return 1", "return 41")).unwrap();
    assert_eq!(migrate::up(client, folder).await.unwrap().functions, 1);
    assert_eq!(number(client, "select api.system_ping()").await, 42);
    client.batch_execute("create function api.stray() returns int language sql as 'select 1'").await.unwrap();
    let status = migrate::report(client, folder).await.unwrap();
    assert!(status.errors.iter().any(|error| error.contains("api.stray")), "{status:?}");
    client.batch_execute("drop function api.stray()").await.unwrap();
    assert_eq!(migrate::report(client, folder).await.unwrap().errors, Vec::<String>::new());
}

async fn seeds(client: &mut Client, folder: &Path) {
    let shops = seed::read_shops(folder).unwrap();
    let applied = Outcome::Applied("1 shops".to_owned());
    assert_eq!(seed::apply(client, &shops, false).await.unwrap(), [applied]);
    let owners = "select count(*)::int from app.shop where owner = 'owner@oud.example'";
    assert_eq!(number(client, owners).await, 1);
    assert_eq!(seed::apply(client, &shops, false).await.unwrap(), [Outcome::Unchanged]);
    fs::write(folder.join("seed/oud.json"), r#"{"tenant": {"slug": "oud", "name": {"en": "Oud"}}}"#).unwrap();
    let changed = seed::read_shops(folder).unwrap();
    assert_ne!(seed::apply(client, &changed, false).await.unwrap(), [Outcome::Unchanged]);
}

/// Errors name file and line, and leave nothing behind.
async fn broken_files(client: &mut Client, folder: &Path) {
    let broken = folder.join("schema/0003_broken.up.sql");
    fs::write(&broken, "create table app.half (id int);\ninsert into app.nowhere values (1);\n").unwrap();
    let error = migrate::up(client, folder).await.unwrap_err().to_string();
    assert!(error.contains("0003_broken.up.sql:2:13") && error.contains("insert into app.nowhere"), "{error}");
    assert_eq!(number(client, "select count(*)::int from pg_class where relname = 'half'").await, 0);
    fs::remove_file(broken).unwrap();
    fs::write(folder.join("schema/0002_note.up.sql"), "create table app.note (words text);").unwrap();
    let error = migrate::up(client, folder).await.unwrap_err().to_string();
    assert!(error.contains("0002_note.up.sql was changed"), "{error}");
}

async fn way_back(client: &mut Client, folder: &Path) {
    assert_eq!(migrate::down(client, folder, 1).await.unwrap(), ["0002_note.up.sql"]);
    assert_eq!(migrate::down(client, folder, 9).await.unwrap(), ["0001_base.up.sql"]);
    assert_eq!(number(client, "select count(*)::int from pg_namespace where nspname in ('app', 'api')").await, 0);
    assert_eq!(migrate::up(client, folder).await.unwrap().functions, 7, "functions come back with the schema");
}
