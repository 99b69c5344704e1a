//! `cargo xtask provider`: with whom people sign in (`migrations/providers`).

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Map, Value};

use crate::interrupt::Interrupt;
use crate::session::Session;
use crate::workspace::Workspace;

/// Let people sign in with somebody else: the file of that name in migrations/providers, and what differs here.
#[derive(Debug, Args)]
pub struct ProviderArgs {
    /// Name in paths: /oauth/<name>/start
    name: String,
    /// For the customers of the shop with this slug
    #[arg(long, value_name = "SLUG", conflicts_with = "staff", required_unless_present = "staff")]
    shop: Option<String>,
    /// For the staff of all shops
    #[arg(long)]
    staff: bool,
    /// A field of the row, JSON or text: client_id=…, status=disabled
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// Administrator's login: postgres://user:password@host:port/name; without it, the private database that `up` uses
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When a field is none, or the database refuses the row.
pub async fn run(workspace: &Workspace, args: &ProviderArgs, interrupt: &mut Interrupt) -> Result<ExitCode> {
    let file = workspace.migrations().join("providers").join(format!("{}.json", args.name));
    let template = match file.is_file() {
        true => Some(fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?),
        false => None,
    };
    let row = compose(&args.name, args.shop.as_deref(), template.as_deref(), &args.fields)?;
    Session::with(workspace, args.database_url.as_deref(), interrupt, async |session| {
        let client = session.connect().await?;
        let text = Value::Object(row).to_string();
        let set = client.query_one("select ops.set_provider($1::text::jsonb)::text", &[&text]).await;
        set.map_err(|error| match error.as_db_error() {
            Some(refusal) => anyhow::anyhow!("the database refuses {}: {}", args.name, refusal.message()),
            None => anyhow::Error::new(error),
        })?;
        println!("{} is set for {}", args.name, args.shop.as_deref().unwrap_or("the staff"));
        Ok(ExitCode::SUCCESS)
    })
    .await
}

/// What `ops.set_provider` takes: the file for a new row, and what is given by hand.
fn compose(name: &str, shop: Option<&str>, template: Option<&str>, fields: &[String]) -> Result<Map<String, Value>> {
    let mut row = Map::new();
    if let Some(text) = template {
        let mut file: Map<String, Value> =
            serde_json::from_str(text).context("the provider's file is no JSON object")?;
        // Each shop has its own secrets.
        let owner = shop.unwrap_or("staff");
        let secret = match file.get("flow").is_some_and(|flow| flow == "code") {
            true => ("credential_ref", format!("{name}-{owner}")),
            false => ("webhook_ref", format!("{name}-{owner}-webhook")),
        };
        file.insert(secret.0.into(), secret.1.into());
        row.insert("file".into(), file.into());
    }
    for field in fields {
        let Some((name, value)) = field.split_once('=') else { bail!("--set {field}: FIELD=VALUE is needed") };
        let value = match serde_json::from_str(value) {
            // Only lists and null are not text: an application's id at Facebook is a number that is a name.
            Ok(value @ (Value::Array(_) | Value::Null)) => value,
            _ => value.into(),
        };
        row.insert(name.to_owned(), value);
    }
    row.insert("name".into(), name.into());
    if let Some(slug) = shop {
        row.insert("slug".into(), slug.into());
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_given_by_hand_stands_beside_the_file() {
        let fields = ["client_id=1234567890", r#"authorized_parties=["https://a.example"]"#, "webhook_ref=null"]
            .map(str::to_owned);
        let row = compose("facebook", Some("oud"), Some(r#"{"flow": "code", "title": "Facebook"}"#), &fields).unwrap();
        let expected = json!({"name": "facebook", "slug": "oud", "client_id": "1234567890", "authorized_parties": ["https://a.example"],
            "webhook_ref": null, "file": {"flow": "code", "title": "Facebook", "credential_ref": "facebook-oud"}});
        assert_eq!(Value::Object(row), expected);
    }

    #[test]
    fn a_provider_of_staff_has_no_shop_and_secrets_of_its_own() {
        let row = compose("clerk", None, Some(r#"{"flow": "token"}"#), &[]).unwrap();
        assert_eq!(
            Value::Object(row),
            json!({"name": "clerk", "file": {"flow": "token", "webhook_ref": "clerk-staff-webhook"}})
        );
        assert!(compose("own", None, None, &["x".to_owned()]).is_err());
    }
}
