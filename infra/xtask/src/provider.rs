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

/// The row: the file, the name, and what is given by hand, which counts most.
fn compose(name: &str, shop: Option<&str>, template: Option<&str>, fields: &[String]) -> Result<Map<String, Value>> {
    let mut row: Map<String, Value> = match template {
        Some(text) => serde_json::from_str(text).context("the provider's file is no JSON object")?,
        None => Map::new(),
    };
    row.insert("name".into(), name.into());
    if row.get("flow").is_some_and(|flow| flow == "code") {
        row.insert("credential_ref".into(), name.into());
    }
    for field in fields {
        let Some((name, value)) = field.split_once('=') else { bail!("--set {field}: FIELD=VALUE is needed") };
        row.insert(name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| value.into()));
    }
    // Numbers are names here: an application's id at Facebook is one.
    for name in ["client_id", "title"] {
        if let Some(Value::Number(number)) = row.get(name) {
            let text = number.to_string();
            row.insert(name.to_owned(), text.into());
        }
    }
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
    fn what_is_given_by_hand_counts_most() {
        let fields = ["client_id=1234567890", "proves_email=true", "title=f"].map(str::to_owned);
        let row = compose("facebook", Some("oud"), Some(r#"{"flow": "code", "title": "Facebook"}"#), &fields).unwrap();
        let expected = json!({"name": "facebook", "slug": "oud", "flow": "code", "title": "f", "credential_ref": "facebook",
            "client_id": "1234567890", "proves_email": true});
        assert_eq!(Value::Object(row), expected);
    }

    #[test]
    fn a_provider_of_staff_has_no_shop_and_needs_no_file() {
        let row = compose("own", None, None, &[r#"authorized_parties=["https://a.example"]"#.to_owned()]).unwrap();
        assert_eq!(Value::Object(row), json!({"name": "own", "authorized_parties": ["https://a.example"]}));
        assert!(compose("own", None, None, &["x".to_owned()]).is_err());
    }

    #[test]
    fn every_file_is_an_object() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/providers");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
        assert!(files.len() >= 4);
        for file in files {
            compose("x", None, Some(&fs::read_to_string(&file).unwrap()), &[]).unwrap();
        }
    }
}
