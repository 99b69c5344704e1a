//! A PostgreSQL server of its own, in a temporary folder, on a free port.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Stops, and disappears, when dropped.
pub struct Cluster {
    folder: TempDir,
    port: u16,
}

impl Cluster {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(owned.success());
        }
        let cluster = Self { folder, port };
        let password = cluster.folder.path().join("password");
        std::fs::write(&password, "secret").unwrap();
        cluster.run(
            "initdb",
            &[
                "--username=tester",
                "--auth=scram-sha-256",
                "--no-sync",
                "--encoding=UTF8",
                "--pwfile",
                password.to_str().unwrap(),
            ],
        );
        cluster.restart();
        cluster
    }

    pub fn url(&self) -> String {
        format!("postgres://tester:secret@127.0.0.1:{}/postgres", self.port)
    }

    pub fn restart(&self) {
        let options =
            format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off", self.port);
        let log = self.folder.path().join("data/log");
        self.run("pg_ctl", &["start", "--wait", "--options", &options, "--log", log.to_str().unwrap()]);
    }

    pub fn stop(&mut self) {
        self.run("pg_ctl", &["stop", "--wait", "--mode", "immediate"]);
    }

    /// Runs one of PostgreSQL's programs on this cluster; PostgreSQL refuses to run as root, so root becomes its user.
    fn run(&self, program: &str, arguments: &[&str]) {
        let program = binaries().join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        let status = command
            .args(arguments)
            .arg("--pgdata")
            .arg(self.folder.path().join("data"))
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{arguments:?}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.folder.path().join("data/postmaster.pid").exists() {
            self.stop();
        }
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// The newest of the usual places, else whatever `PATH` has.
fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    newest.unwrap_or_else(|| Path::new("").to_owned())
}
