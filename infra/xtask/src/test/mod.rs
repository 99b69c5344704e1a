//! `cargo xtask test`: everything that CI runs.

mod openid;
mod packages;
mod readme;
mod schemathesis;

use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result};
use clap::Args;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::build::{self, Components};
use crate::interrupt::Interrupt;
use crate::process::{cargo, run as run_command};
use crate::session::Session;
use crate::ui::{self, Step};
use crate::workspace::Workspace;
use crate::{check, shell};

/// Run everything that CI runs: format, lints, rules of the house, components, tests, and the README's commands.
///
/// The last line reads `N passed, M failed`; a failed stage before the tests counts as one failure.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Run only the tests whose name contains this, and none of the stages before them but the build
    #[arg(long, value_name = "NAME", conflicts_with = "env")]
    filter: Option<String>,
    /// Start the private PostgreSQL, leave it running, and print the environment for `cargo test -p tests`:
    /// eval "$(cargo xtask test --env)"; `cargo xtask stop` ends it
    #[arg(long)]
    env: bool,
}

/// How many tests passed and failed, and what the failed ones said: repeated at the end, where it is looked for.
#[derive(Debug, Default)]
struct Tally {
    passed: u64,
    failed: u64,
    said: Vec<u8>,
}

impl Tally {
    /// Counts a check that is one test by itself.
    fn count(&mut self, result: Result<()>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(error) => self.fail(&error),
        }
    }

    /// Tells and counts what kept tests from running.
    fn fail(&mut self, error: &anyhow::Error) {
        eprintln!("error: {error:#}");
        self.said.extend(format!("error: {error:#}\n").into_bytes());
        self.failed += 1;
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.said.extend(other.said);
    }
}

/// Runs the command.
///
/// # Errors
/// When PostgreSQL is missing or the run is interrupted; failing tests are an exit code.
pub async fn run(workspace: &Workspace, args: &TestArgs, interrupt: &mut Interrupt) -> Result<ExitCode> {
    if args.env {
        return print_environment(workspace).await;
    }
    let mut tally = Tally::default();
    if args.filter.is_none() {
        tally.failed += interrupt.or(stages(workspace)).await?;
    }
    for error in interrupt.or(async { Ok(prepare(workspace).await) }).await?.into_iter().filter_map(Result::err) {
        tally.fail(&error);
    }
    let built = interrupt.or(async { Ok(build::components(workspace, Components::WithFixtures).await) }).await?;
    match built {
        Ok(()) => {
            let tests = Session::with(workspace, None, interrupt, async |session| {
                cargo_test(workspace, session, args.filter.as_deref()).await
            });
            let tests = tests.await?;
            tally.add(tests);
            if args.filter.is_none() {
                tally.count(interrupt.or(async { Ok(readme::follow(workspace).await) }).await?);
            }
        }
        Err(error) => tally.fail(&error),
    }
    if tally.passed + tally.failed == 0 {
        eprintln!("error: no test ran");
    }
    if !tally.said.is_empty() {
        println!("\nWhat failed:\n{}", String::from_utf8_lossy(&tally.said));
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(if tally.failed == 0 && tally.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Installs what tests need that is not Rust's.
async fn prepare(workspace: &Workspace) -> [Result<()>; 2] {
    [openid::prepare(workspace).await, schemathesis::prepare(workspace).await]
}

/// Format, lints and rules; returns how many of them failed.
async fn stages(workspace: &Workspace) -> Result<u64> {
    let commands: [(&str, &[&str]); 2] = [
        ("Checking the format", &["fmt", "--all", "--check"]),
        ("Checking lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    ];
    let mut failed = 0;
    for (label, arguments) in commands {
        let step = Step::start_streaming(label);
        let mut command = cargo();
        command.args(arguments).current_dir(workspace.root()).stdout(Stdio::from(std::io::stderr()));
        match run_command(&mut command).await {
            Ok(()) => step.done(""),
            Err(error) => {
                drop(step);
                eprintln!("error: {error:#}");
                failed += 1;
            }
        }
    }
    let findings = check::findings(workspace)?;
    for finding in &findings {
        eprintln!("error: {finding}");
    }
    failed += u64::from(!findings.is_empty());
    Ok(failed)
}

/// What tests and bench find in their environment.
pub fn environment(workspace: &Workspace, session: &Session) -> Vec<(&'static str, String)> {
    let secrets = &session.vault.secrets;
    vec![
        ("WASLA_TEST_ADMIN_URL", session.url.with_name("postgres").to_string()),
        ("WASLA_TEST_APP_USER_PASSWORD", secrets.app_user_password.clone()),
        ("WASLA_TEST_APP_ADMIN_PASSWORD", secrets.app_admin_password.clone()),
        ("WASLA_COMPONENTS_DIR", workspace.components_dir().display().to_string()),
    ]
}

async fn print_environment(workspace: &Workspace) -> Result<ExitCode> {
    let session = Session::open(workspace, None, false).await?;
    for error in prepare(workspace).await.into_iter().filter_map(Result::err) {
        // Most tests do without it; the others tell the same.
        eprintln!("error: {error:#}");
    }
    for (name, value) in environment(workspace, &session) {
        println!("{}", shell::export(name, &value));
    }
    ui::note("PostgreSQL stays up for these tests; `cargo xtask stop` ends it");
    session.leave_running();
    Ok(ExitCode::SUCCESS)
}

/// All tests, many at once; then those that are ignored there, because they take the whole machine, one after another.
async fn cargo_test(workspace: &Workspace, session: &Session, filter: Option<&str>) -> Result<Tally> {
    let mut crowd = cargo();
    crowd.args(["test", "--workspace", "--no-fail-fast"]).args(filter);
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        // The tests wait for their databases more than they compute.
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        crowd.env("RUST_TEST_THREADS", (processors * 3).to_string());
    }
    let mut alone = cargo();
    alone.args(["test", "--workspace", "--test", "wasla", "--no-fail-fast"]).args(filter);
    alone.args(["--", "--ignored", "--test-threads=1"]);
    let mut tally = run_tests(workspace, session, "Running the tests", crowd).await?;
    let of_load = run_tests(workspace, session, "Running the tests that take the whole machine", alone).await?;
    tally.add(of_load);
    Ok(tally)
}

async fn run_tests(workspace: &Workspace, session: &Session, label: &str, mut command: Command) -> Result<Tally> {
    let step = Step::start_streaming(label);
    command.envs(environment(workspace, session)).current_dir(workspace.root()).stdout(Stdio::piped());
    let mut child = command.spawn().context("cannot run `cargo test`")?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        let mut of_failures = false;
        // By bytes: a test may print what is not UTF-8.
        while reader.read_until(b'\n', &mut line).await? > 0 {
            let text = String::from_utf8_lossy(&line);
            print!("{text}");
            of_failures |= text.trim_end() == "failures:";
            if let Some((passed, failed)) = parse_result(&text) {
                tally.passed += passed;
                tally.failed += failed;
                of_failures = false;
            }
            if of_failures {
                tally.said.extend_from_slice(&line);
            }
            line.clear();
        }
    }
    let status = child.wait().await?;
    if !status.success() && tally.failed == 0 {
        // A test that does not compile, or a test process that died, prints no result.
        tally.fail(&anyhow::anyhow!("`cargo test` failed ({status})"));
    }
    if tally.failed == 0 {
        step.done("");
    }
    Ok(tally)
}

/// Reads `test result: ok. 3 passed; 0 failed; …`.
fn parse_result(line: &str) -> Option<(u64, u64)> {
    let counts = line.trim_end().strip_prefix("test result: ")?.split_once(". ")?.1;
    let count = |word: &str| {
        let part = counts.split(';').find_map(|part| part.trim().strip_suffix(word))?;
        part.trim().parse().ok()
    };
    Some((count("passed")?, count("failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_test_programs_are_read() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.02s\n";
        assert_eq!(parse_result(ok), Some((12, 0)));
        let failed = "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s";
        assert_eq!(parse_result(failed), Some((2, 3)));
        assert_eq!(parse_result("running 3 tests"), None);
        assert_eq!(parse_result("test result: strange"), None);
    }
}
