//! The shops' accounts at the sandbox gateway.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::variables::Place;
use crate::digest::sha256_hex;
use crate::files::write_private;
use crate::secrets::{ShopSecrets, Vault};
use crate::seed::Shop;
use crate::workspace::Workspace;

/// A shop's account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Slug of the shop, and name of the account.
    pub slug: String,
    /// Under which name the application looks up the API key.
    pub credential_ref: String,
    /// The endpoint that takes this account's webhooks.
    pub endpoint_id: String,
    /// Key and token.
    pub secrets: ShopSecrets,
}

/// Tells the database the hash of each shop's webhook token, and learns the endpoint it is called at.
///
/// # Errors
/// When a shop has no gateway account.
pub async fn connect_shops(client: &Client, shops: &[Shop], vault: &mut Vault) -> Result<Vec<Account>> {
    let mut accounts = Vec::new();
    for shop in shops {
        let secrets = vault.shop(&shop.slug)?;
        let input = json!({ "slug": shop.slug, "secret_sha256": sha256_hex(secrets.webhook_secret.as_bytes()) });
        let row = client.query_one("select ops.set_gateway_secret($1::text::jsonb)::text", &[&input.to_string()]).await;
        let row = row.with_context(|| format!("cannot set the webhook secret of shop {}", shop.slug))?;
        let answer: Option<String> = row.try_get(0)?;
        let account = parse_account(&shop.slug, answer.as_deref().unwrap_or_default(), secrets);
        accounts.push(account.with_context(|| format!("shop {} has no gateway account", shop.slug))?);
    }
    Ok(accounts)
}

/// Reads `{"endpoint_id": "…", "credential_ref": "…"}`.
fn parse_account(slug: &str, answer: &str, secrets: ShopSecrets) -> Option<Account> {
    let value: Value = serde_json::from_str(answer).ok()?;
    let field = |name| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let (endpoint_id, credential_ref) = (field("endpoint_id")?, field("credential_ref")?);
    Some(Account { slug: slug.to_owned(), credential_ref, endpoint_id, secrets })
}

/// Writes the accounts for the sandbox and returns the file's path.
///
/// # Errors
/// When the file cannot be written.
pub fn write_accounts(workspace: &Workspace, place: &Place, accounts: &[Account]) -> Result<PathBuf> {
    let path = workspace.state().join("sandbox.json");
    let accounts: Vec<Value> = accounts.iter().map(|account| sandbox_account(place, account)).collect();
    write_private(&path, &serde_json::to_string_pretty(&accounts)?)?;
    Ok(path)
}

fn sandbox_account(place: &Place, account: &Account) -> Value {
    json!({
        "name": account.slug,
        "api_key": account.secrets.api_key,
        "webhook_url": format!("http://{}/api/v1/webhooks/payments/moyasar/{}", place.shops, account.endpoint_id),
        "secret_token": account.secrets.webhook_secret,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_calls_its_own_endpoint() {
        let place = Place { shops: "127.0.0.1:3000".parse().unwrap(), gateway: "127.0.0.1:3100".parse().unwrap() };
        let secrets = ShopSecrets { api_key: "sk_test_1".into(), webhook_secret: "token".into() };
        let answer = r#"{"endpoint_id": "0193", "credential_ref": "oud_main"}"#;
        let account = parse_account("oud", answer, secrets.clone()).unwrap();
        assert_eq!(account.credential_ref, "oud_main");
        let written = sandbox_account(&place, &account);
        assert_eq!(written["webhook_url"], "http://127.0.0.1:3000/api/v1/webhooks/payments/moyasar/0193");
        assert_eq!(written["secret_token"], "token");
        assert!(parse_account("oud", "null", secrets).is_none());
    }
}
