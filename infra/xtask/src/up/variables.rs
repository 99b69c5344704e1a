//! The application's variables (`spin.toml`), as environment of the host or of `spin up`.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;

use anyhow::{Context, Result};

use super::gateway::Account;
use crate::files::write_private;
use crate::keys::now;
use crate::session::Session;
use crate::shell;
use crate::workspace::Workspace;

/// Where the services are reached.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The host.
    pub shops: SocketAddr,
    /// The sandbox: payment gateway and message provider.
    pub gateway: SocketAddr,
}

/// Variables by name, in lower case as `spin.toml` has them.
pub type Variables = BTreeMap<&'static str, String>;

/// Every variable that has no default, or another value in development.
///
/// # Errors
/// When the credentials cannot be written as JSON, or a signing key is damaged.
pub fn compose(place: &Place, session: &Session, accounts: &[Account]) -> Result<Variables> {
    let secrets = &session.vault.secrets;
    let login = session.url.with_login("app_user", &secrets.app_user_password);
    let admin = session.url.with_login("app_admin", &secrets.app_admin_password);
    let credentials: BTreeMap<&str, &str> =
        accounts.iter().map(|account| (account.credential_ref.as_str(), account.secrets.api_key.as_str())).collect();
    let gateway = format!("http://{}", place.gateway);
    let mut variables = BTreeMap::from(secrets.identity.variables(&gateway, now()?)?);
    variables.extend([
        ("database_url", format!("{login}?connect_timeout=2&application_name=wasla")),
        ("admin_database_url", format!("{admin}?connect_timeout=2&application_name=wasla-platform")),
        ("database_origin", session.url.origin()),
        ("base_domain", "localhost".to_owned()),
        ("moyasar_base_url", gateway.clone()),
        ("dns_resolver_url", gateway),
        ("gateway_credentials", serde_json::to_string(&credentials)?),
        ("order_token_key", secrets.order_token_key.clone()),
        ("job_token", secrets.job_token.clone()),
    ]);
    Ok(variables)
}

/// The environment variable that Spin and the host read.
pub fn environment_name(name: &str) -> String {
    format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase())
}

/// Keeps the variables for `cargo xtask env`.
///
/// # Errors
/// When the file cannot be written.
pub fn save(workspace: &Workspace, variables: &Variables) -> Result<()> {
    write_private(&workspace.variables_file(), &serde_json::to_string_pretty(variables)?)
}

/// Runs `cargo xtask env`.
///
/// # Errors
/// When `up` has never run in this checkout.
pub fn print(workspace: &Workspace) -> Result<()> {
    let path = workspace.variables_file();
    let text = fs::read_to_string(&path).context("no variables yet: start `cargo xtask up` once")?;
    let variables: BTreeMap<String, String> =
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
    print!("{}", render(&variables));
    Ok(())
}

fn render(variables: &BTreeMap<String, String>) -> String {
    let mut text = "# Database and gateway are those of `cargo xtask up`, which must be running; then:\n\
                    # eval \"$(cargo xtask env)\" && spin up --listen 127.0.0.1:3001\n"
        .to_owned();
    for (name, value) in variables {
        text.push_str(&shell::export(&environment_name(name), value));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_exports_with_a_word_on_what_must_run() {
        let variables = BTreeMap::from([("gateway_credentials".to_owned(), r#"{"oud":"sk_test_1"}"#.to_owned())]);
        let text = render(&variables);
        assert!(text.starts_with("# ") && text.contains("cargo xtask up"), "{text}");
        assert!(text.ends_with("export SPIN_VARIABLE_GATEWAY_CREDENTIALS='{\"oud\":\"sk_test_1\"}'\n"), "{text}");
    }
}
