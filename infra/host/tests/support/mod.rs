//! The fixture component, and applications around it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use bytes::Bytes;
use host::{App, Config, KeyValueBackend, Options};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use serde_json::Value;
use tempfile::TempDir;

/// The fixture component, built once per test process.
pub fn guest() -> &'static Path {
    static GUEST: OnceLock<PathBuf> = OnceLock::new();
    GUEST.get_or_init(|| {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "host-guest", "--profile", "wasm", "--target", "wasm32-wasip2"])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(&workspace)
            .status()
            .unwrap();
        assert!(built.success(), "the fixture component cannot be built");
        target.join("wasm32-wasip2/wasm/host_guest.wasm").canonicalize().unwrap()
    })
}

/// An application made of the fixture component, with its manifest in a folder of its own.
pub struct Fixture {
    pub app: App,
    pub folder: TempDir,
}

/// What a test wants beside the ordinary.
pub struct Setup {
    /// Further keys of `[component.guest]`.
    pub component: String,
    /// Further tables of the manifest.
    pub manifest: String,
    pub options: Options,
}

impl Default for Setup {
    fn default() -> Self {
        let config = Config { access_log: false, ..Config::default() };
        let options = Options {
            key_value: Some(KeyValueBackend::Memory),
            read_environment: false,
            compile_cache_dir: Some(std::env::temp_dir().join("host-tests-compiled")),
            config,
            ..Options::default()
        };
        Self { component: String::new(), manifest: String::new(), options }
    }
}

impl Setup {
    /// With further keys of the component and further tables of the manifest.
    pub fn new(component: impl Into<String>, manifest: impl Into<String>) -> Self {
        Self { component: component.into(), manifest: manifest.into(), ..Self::default() }
    }

    /// Writes the manifest into a new folder.
    pub fn write(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let manifest = format!(
            r#"
spin_manifest_version = 2
[application]
name = "fixture"
[[trigger.http]]
route = "/..."
component = "guest"
[component.guest]
source = {:?}
{}
{}
"#,
            guest(),
            self.component,
            self.manifest
        );
        std::fs::write(folder.path().join("spin.toml"), manifest).unwrap();
        folder
    }

    pub async fn load(self) -> Fixture {
        let folder = self.write();
        let app = App::load(folder.path().join("spin.toml"), self.options).await.unwrap();
        Fixture { app, folder }
    }

    pub async fn refusal(self) -> String {
        let folder = self.write();
        match App::load(folder.path().join("spin.toml"), self.options).await {
            Ok(_) => panic!("the application was loaded"),
            Err(error) => format!("{error:#}"),
        }
    }
}

/// The application without anything special.
pub async fn plain() -> Fixture {
    Setup::default().load().await
}

impl Fixture {
    /// Calls a behaviour of the fixture, and reads its JSON.
    pub async fn call(&self, path: &str, arguments: Value) -> Value {
        let (status, body) = self.post(path, arguments.to_string()).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    pub async fn post(&self, path: &str, body: impl Into<Bytes>) -> (u16, Bytes) {
        let request = Request::post(path).body(Full::new(body.into())).unwrap();
        read(self.app.handle(request).await).await
    }

    pub async fn get(&self, path: &str) -> Response<host::Body> {
        self.app.handle(Request::get(path).body(Full::new(Bytes::new())).unwrap()).await
    }
}

/// Status and body.
pub async fn read(response: Response<host::Body>) -> (u16, Bytes) {
    let status = response.status().as_u16();
    (status, response.into_body().collect().await.unwrap().to_bytes())
}

/// Status and `code` of a problem.
pub async fn problem(response: Response<host::Body>) -> (u16, String) {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let (status, body) = read(response).await;
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["status"], status);
    (status, problem["code"].as_str().unwrap().to_owned())
}
