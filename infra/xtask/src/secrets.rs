//! Passwords, keys and tokens of a development checkout: made once, kept in `.wasla/secrets.json`, never committed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::digest::hex;
use crate::files::write_private;

/// Everything secret that `up` hands to its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// Password of the private cluster's administrator.
    pub postgres_password: String,
    /// Password of the role the edge logs in as.
    pub app_user_password: String,
    /// Password of the role for cross-tenant work.
    pub app_admin_password: String,
    /// HMAC key of guest order tokens.
    pub order_token_key: String,
    /// Bearer token of the job routes.
    pub job_token: String,
    /// Per shop, by slug.
    #[serde(default)]
    pub shops: BTreeMap<String, ShopSecrets>,
}

/// What a shop shares with the payment gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopSecrets {
    /// Secret API key of the shop's account at the gateway.
    pub api_key: String,
    /// The token every webhook of that account carries.
    pub webhook_secret: String,
}

/// The secrets with the file they live in.
#[derive(Debug)]
pub struct Vault {
    path: PathBuf,
    /// The secrets.
    pub secrets: Secrets,
}

impl Vault {
    /// Reads the file, or makes it.
    ///
    /// # Errors
    /// When the file is unreadable or damaged, or the system gives no random bytes.
    pub fn open(path: &Path) -> Result<Self> {
        if path.exists() {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            let secrets = serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
            return Ok(Self { path: path.to_owned(), secrets });
        }
        let secrets = Secrets {
            postgres_password: random_hex()?,
            app_user_password: random_hex()?,
            app_admin_password: random_hex()?,
            order_token_key: random_hex()?,
            job_token: random_hex()?,
            shops: BTreeMap::new(),
        };
        let vault = Self { path: path.to_owned(), secrets };
        vault.save()?;
        Ok(vault)
    }

    /// The shop's secrets, made when it has none yet.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn shop(&mut self, slug: &str) -> Result<ShopSecrets> {
        if let Some(known) = self.secrets.shops.get(slug) {
            return Ok(known.clone());
        }
        let made = ShopSecrets { api_key: format!("sk_test_{}", random_hex()?), webhook_secret: random_hex()? };
        self.secrets.shops.insert(slug.to_owned(), made.clone());
        self.save()?;
        Ok(made)
    }

    fn save(&self) -> Result<()> {
        write_private(&self.path, &serde_json::to_string_pretty(&self.secrets)?)
    }
}

/// 256 random bits as 64 hexadecimal digits.
fn random_hex() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random bytes from the system: {error}"))?;
    Ok(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_once_and_differ_from_each_other() {
        let folder = std::env::temp_dir().join(format!("xtask-secrets-{}", std::process::id()));
        let path = folder.join("secrets.json");
        let mut first = Vault::open(&path).unwrap();
        let shop = first.shop("qahwa").unwrap();
        let mut again = Vault::open(&path).unwrap();
        assert_eq!(again.secrets, first.secrets);
        assert_eq!(again.shop("qahwa").unwrap(), shop);
        assert_ne!(again.shop("oud").unwrap().api_key, shop.api_key);
        assert_ne!(first.secrets.job_token, first.secrets.order_token_key);
        assert!(first.secrets.order_token_key.len() >= 32);
        fs::remove_dir_all(folder).unwrap();
    }
}
