//! Where programs and files are.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xtask::identity::Identity;
use xtask::postgres::DatabaseUrl;
use xtask::secrets::Secrets;

/// Programs, files and logins of a run.
#[derive(Clone, Debug)]
pub struct Place {
    /// The checkout.
    pub root: PathBuf,
    /// Files of this run, deleted at its end.
    pub scratch: PathBuf,
    /// The server's administrator.
    pub admin: DatabaseUrl,
    /// Passwords and keys.
    pub secrets: Secrets,
    programs: PathBuf,
    components: PathBuf,
    logs: Option<PathBuf>,
}

impl Place {
    /// Reads the environment that `cargo xtask bench` gives. Programs are those beside this one, unless `programs` names
    /// another folder; what servers say on standard error is dropped, unless `logs` names a folder.
    ///
    /// # Errors
    /// When a variable is missing, or a program is.
    pub fn find(programs: Option<&Path>, logs: Option<&Path>) -> Result<Self> {
        let variable = |name: &str| {
            env::var(name).with_context(|| {
                format!("{name} is not set: run `cargo xtask bench`, or eval \"$(cargo xtask test --env)\"")
            })
        };
        let own = env::current_exe().context("this program does not know where it is")?;
        let programs = programs.or(own.parent()).context("this program is in no folder")?.to_owned();
        let place = Self {
            root: env::current_dir().context("the working directory cannot be read")?,
            scratch: env::temp_dir().join(format!("wasla-bench-{}", std::process::id())),
            admin: DatabaseUrl::parse(&variable("WASLA_TEST_ADMIN_URL")?)?,
            secrets: secrets(variable("WASLA_TEST_APP_USER_PASSWORD")?, variable("WASLA_TEST_APP_ADMIN_PASSWORD")?),
            programs,
            components: variable("WASLA_COMPONENTS_DIR")?.into(),
            logs: logs.map(Path::to_owned),
        };
        for name in ["host", "sandbox"] {
            let path = place.program(name);
            anyhow::ensure!(path.is_file(), "{} is missing: run `cargo xtask bench`, which builds it", path.display());
        }
        fs::create_dir_all(&place.scratch).with_context(|| format!("cannot create {}", place.scratch.display()))?;
        Ok(place)
    }

    /// A program of the workspace.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// `migrations/`.
    pub fn migrations(&self) -> PathBuf {
        self.root.join("migrations")
    }

    /// A folder among the files of this run.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.scratch.join(name);
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(folder)
    }

    /// Where a server's standard error goes. Not to a file by default: writing the access log back to the disk would slow
    /// down the commits that are being measured.
    pub fn log(&self, name: &str) -> PathBuf {
        self.logs.as_ref().map_or_else(|| "/dev/null".into(), |folder| folder.join(format!("{name}.log")))
    }

    /// Writes the manifest of an application that is the hello-world component alone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn hello_manifest(&self) -> Result<PathBuf> {
        let path = self.folder("hello-manifest")?.join("spin.toml");
        let guest = self.components.join("host_guest.wasm");
        let text = format!(
            "spin_manifest_version = 2\n[application]\nname = \"hello\"\n[[trigger.http]]\nroute = \"/...\"\n\
             component = \"hello\"\n[component.hello]\nsource = {guest:?}\n"
        );
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// Deletes the files of this run.
    ///
    /// # Errors
    /// When they cannot be deleted.
    pub fn delete(&self) -> Result<()> {
        fs::remove_dir_all(&self.scratch).with_context(|| format!("cannot delete {}", self.scratch.display()))
    }
}

/// An address that was free a moment ago, for servers that do not tell which port they took.
///
/// # Errors
/// When no port is free.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn secrets(app_user_password: String, app_admin_password: String) -> Secrets {
    Secrets {
        postgres_password: String::new(),
        app_user_password,
        app_admin_password,
        order_token_key: "bench-order-token-key-of-no-secrecy-at-all".to_owned(),
        job_token: "bench-job-token-of-no-secrecy".to_owned(),
        identity: Identity::known(1),
        shops: BTreeMap::new(),
    }
}
