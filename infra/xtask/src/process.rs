//! Child processes.

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

/// A command that dies with the future that waits for it and reads nothing from the terminal.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// The cargo that runs this program, without what `cargo run` set for this program alone.
pub fn cargo() -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    without_package_variables(&mut command);
    command
}

/// Build scripts and `env!` of other packages must not see this package's variables: they would be rebuilt for nothing.
pub fn without_package_variables(command: &mut Command) {
    let ours = |name: &str| {
        ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|prefix| name.starts_with(prefix))
            || ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"]
                .contains(&name)
    };
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
}

/// The command line, for messages.
pub fn describe(command: &Command) -> String {
    let command = command.as_std();
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program()).to_string_lossy();
    let words = std::iter::once(name).chain(command.get_args().map(|word| word.to_string_lossy()));
    words.collect::<Vec<_>>().join(" ")
}

/// Runs the command with its output going to the terminal.
///
/// # Errors
/// When it cannot be started or does not succeed.
pub async fn run(command: &mut Command) -> Result<()> {
    let status = command.status().await.with_context(|| format!("cannot run `{}`", describe(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", describe(command));
    }
    Ok(())
}

/// Runs the command and returns its standard output.
///
/// # Errors
/// When it cannot be started or does not succeed; the message ends with what it said on standard error.
pub async fn capture(command: &mut Command) -> Result<String> {
    let output = command.output().await.with_context(|| format!("cannot run `{}`", describe(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed ({}): {}", describe(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failing_command_is_named_with_its_words_and_what_it_said() {
        let error = capture(command("sh").args(["-c", "echo broken >&2; exit 3"])).await.unwrap_err().to_string();
        assert!(error.contains("sh -c") && error.contains("broken") && error.contains('3'), "{error}");
    }
}
