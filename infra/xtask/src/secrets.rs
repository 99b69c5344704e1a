//! Passwords, keys and tokens of a development checkout: made once, kept in `.wasla/secrets.json`, never committed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::digest::hex;
use crate::files::write_private;
use crate::identity::Identity;
use crate::keys::SigningKey;

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
    /// Passwords, codes, tokens and messages.
    pub identity: Identity,
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
            return Self::read(path, &text).with_context(|| format!("{} is damaged", path.display()));
        }
        let secrets = Secrets {
            postgres_password: random_hex()?,
            app_user_password: random_hex()?,
            app_admin_password: random_hex()?,
            order_token_key: random_hex()?,
            job_token: random_hex()?,
            identity: Identity::generate()?,
            shops: BTreeMap::new(),
        };
        let vault = Self { path: path.to_owned(), secrets };
        vault.save()?;
        Ok(vault)
    }

    /// Reads the file's text. What a file of an earlier version lacks is made and kept.
    fn read(path: &Path, text: &str) -> Result<Self> {
        let mut kept: Map<String, Value> = serde_json::from_str(text)?;
        let mut complete = true;
        let identity = kept.entry("identity").or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(identity) = identity else { bail!("identity is no object") };
        let Value::Object(new) = serde_json::to_value(Identity::generate()?)? else { bail!("identity is no object") };
        for (name, value) in new {
            identity.entry(name).or_insert_with(|| {
                complete = false;
                value
            });
        }
        let vault = Self { path: path.to_owned(), secrets: serde_json::from_value(Value::Object(kept))? };
        if !complete {
            vault.save()?;
        }
        Ok(vault)
    }

    /// Lets `next` sign access tokens from `now` (seconds since 1970), and keeps that.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn rotate_signing_key(&mut self, next: SigningKey, now: u64) -> Result<()> {
        self.secrets.identity.signing.rotate(next, now);
        self.save()
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

    #[test]
    fn what_an_older_file_lacks_is_made_once_and_the_rest_stays() {
        let folder = std::env::temp_dir().join(format!("xtask-secrets-old-{}", std::process::id()));
        let path = folder.join("secrets.json");
        let old = r#"{"postgres_password": "p", "app_user_password": "u", "app_admin_password": "a",
            "order_token_key": "o", "job_token": "j", "shops": {"oud": {"api_key": "k", "webhook_secret": "w"}}}"#;
        write_private(&path, old).unwrap();
        let first = Vault::open(&path).unwrap();
        assert_eq!((first.secrets.job_token.as_str(), first.secrets.shops["oud"].api_key.as_str()), ("j", "k"));
        let again = Vault::open(&path).unwrap();
        assert_eq!(again.secrets, first.secrets, "made once");

        let mut partial: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        partial["identity"].as_object_mut().unwrap().remove("code_key").unwrap();
        write_private(&path, &partial.to_string()).unwrap();
        let mended = Vault::open(&path).unwrap();
        assert_ne!(mended.secrets.identity.code_key, first.secrets.identity.code_key);
        assert_eq!(mended.secrets.identity.signing, first.secrets.identity.signing);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_rotated_key_is_kept() {
        let folder = std::env::temp_dir().join(format!("xtask-secrets-keys-{}", std::process::id()));
        let path = folder.join("secrets.json");
        let mut vault = Vault::open(&path).unwrap();
        let before = vault.secrets.identity.signing.active.kid.clone();
        vault.rotate_signing_key(SigningKey::from_seed(&[7; 32]), 1_000).unwrap();
        let signing = Vault::open(&path).unwrap().secrets.identity.signing;
        assert_eq!(signing.active, SigningKey::from_seed(&[7; 32]));
        assert_eq!((signing.retired[0].kid.as_str(), signing.retired[0].retired_at), (before.as_str(), 1_000));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = std::env::temp_dir().join(format!("xtask-secrets-bad-{}", std::process::id()));
        let path = folder.join("secrets.json");
        for bad in ["", "[]", "{}", r#"{"identity": 7}"#] {
            write_private(&path, bad).unwrap();
            let told = format!("{:#}", Vault::open(&path).unwrap_err());
            assert!(told.contains("secrets.json is damaged"), "{told}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
