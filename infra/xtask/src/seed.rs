//! The demo shops (`migrations/seed/*.json`).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::digest::sha256_hex;
use crate::migrate::Ledger;
use crate::platform::DEMO_ADMINISTRATOR;

/// One seed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// File name.
    pub file: String,
    /// Slug of the tenant: its host is `<slug>.<base domain>`.
    pub slug: String,
    /// English name, or the slug.
    pub name: String,
    text: String,
    checksum: String,
}

impl Shop {
    /// E-mail of the owner's staff account.
    pub fn owner(&self) -> String {
        format!("owner@{}.example", self.slug)
    }
}

/// What a seed run did with one shop.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The same file had been applied before.
    Unchanged,
    /// What the database counted.
    Applied(String),
}

/// Reads every shop of `migrations`, by file name.
///
/// # Errors
/// When a file is no JSON or names no tenant.
pub fn read_shops(migrations: &Path) -> Result<Vec<Shop>> {
    let folder = migrations.join("seed");
    // What a file becomes depends on the functions that read it, too.
    let text = |name: &str| fs::read_to_string(migrations.join("api/ops").join(name)).unwrap_or_default();
    let loader = text("seed_tenant.sql") + &text("seed_staff.sql");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut shops = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            shops.push(parse(file, text, &loader).with_context(|| format!("{}", path.display()))?);
        }
    }
    shops.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(shops)
}

fn parse(file: String, text: String, loader: &str) -> Result<Shop> {
    let value: Value = serde_json::from_str(&text).context("not JSON")?;
    let field = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let Some(slug) = field("/tenant/slug") else { bail!("no tenant.slug") };
    let name = field("/tenant/name/en").unwrap_or_else(|| slug.clone());
    let checksum = sha256_hex(format!("{loader}\0{text}").as_bytes());
    Ok(Shop { file, slug, name, text, checksum })
}

/// Applies the shops whose file changed since it was last applied to this database; all of them when `again`.
///
/// # Errors
/// When the database refuses a file.
pub async fn apply(client: &mut Client, shops: &[Shop], again: bool) -> Result<Vec<Outcome>> {
    let ledger = Ledger::read(client).await?;
    let mut outcomes = Vec::new();
    for shop in shops {
        if !again && ledger.seeds.get(&shop.file) == Some(&shop.checksum) {
            outcomes.push(Outcome::Unchanged);
            continue;
        }
        let transaction = client.transaction().await?;
        let row = transaction.query_one("select ops.seed_tenant($1::text::jsonb)::text", &[&shop.text]).await;
        let answer: Option<String> = row.map_err(|error| refused(&shop.file, error))?.try_get(0)?;
        // Without a password: who owns the mailbox sets one.
        let owner = json!({ "slug": shop.slug, "email": shop.owner(), "role": "owner" }).to_string();
        let staff = transaction.query_one("select ops.seed_staff($1::text::jsonb)::text", &[&owner]).await;
        staff.map_err(|error| refused(&shop.file, error))?;
        let record = "insert into public.seed_file (path, checksum) values ($1, $2) \
             on conflict (path) do update set checksum = excluded.checksum, applied_at = now()";
        transaction.execute(record, &[&shop.file, &shop.checksum]).await?;
        transaction.commit().await?;
        outcomes.push(Outcome::Applied(counts(answer.as_deref().unwrap_or_default())));
    }
    Ok(outcomes)
}

/// Gives the demo's platform its administrator, once.
///
/// # Errors
/// When the database refuses.
pub async fn apply_platform(client: &Client) -> Result<()> {
    let input = json!({ "email": DEMO_ADMINISTRATOR, "role": "platform_admin" }).to_string();
    client
        .execute("select ops.seed_grant($1::text::jsonb)", &[&input])
        .await
        .context("cannot seed the platform's administrator")?;
    Ok(())
}

fn refused(file: &str, error: tokio_postgres::Error) -> anyhow::Error {
    let said = error.as_db_error().map(|refusal| match refusal.where_() {
        Some(place) => format!("{}\n  where: {place}", refusal.message()),
        None => refusal.message().to_owned(),
    });
    match said {
        Some(said) => anyhow::anyhow!("migrations/seed/{file} is refused: {said}"),
        None => anyhow::Error::new(error).context(format!("migrations/seed/{file}")),
    }
}

/// `{"products": 60, "variants": 140}` → `60 products, 140 variants`.
fn counts(answer: &str) -> String {
    let Ok(Value::Object(fields)) = serde_json::from_str(answer) else { return "applied".to_owned() };
    let numbers = fields.iter().filter(|(_, value)| value.is_number());
    numbers.map(|(name, number)| format!("{number} {}", name.replace('_', " "))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"tenant": {"slug": "oud", "name": {"en": "Oud"}}}"#;

    #[test]
    fn a_seed_file_names_its_shop() {
        let shop = parse("oud.json".into(), TEXT.into(), "").unwrap();
        assert_eq!((shop.slug.as_str(), shop.name.as_str()), ("oud", "Oud"));
        assert!(parse("x.json".into(), "{}".into(), "").unwrap_err().to_string().contains("tenant.slug"));
    }

    #[test]
    fn the_checksum_covers_file_and_loader() {
        let checksum = |text: &str, loader: &str| parse("oud.json".into(), text.into(), loader).unwrap().checksum;
        assert_ne!(checksum(TEXT, "one"), checksum(TEXT, "two"));
        assert_ne!(checksum(TEXT, "one"), checksum(&format!("{TEXT} "), "one"));
    }

    #[test]
    fn counts_are_read_as_words() {
        assert_eq!(counts(r#"{"id": "x", "products": 60, "shipping_methods": 1}"#), "60 products, 1 shipping methods");
        assert_eq!(counts("null"), "applied");
    }
}
