//! The variable `sign_in_credentials`: secrets at the providers, by the names that their rows give.

use std::collections::HashMap;

use commerce_db::variables::{self, Secret, Variable};
use commerce_identity::external::{AssertionKey, WebhookSecret};
use serde::Deserialize;

use super::ExternalError;

const NAME: &str = "sign_in_credentials";

/// One secret.
#[derive(Deserialize)]
#[serde(untagged)]
enum Credential {
    /// A client secret, or the secret of webhooks.
    Text(String),
    /// The key of Sign in with Apple.
    Apple { team_id: String, key_id: String, private_key: String },
}

async fn named(reference: Option<&str>) -> Result<Credential, ExternalError> {
    let absent = ExternalError::NotConfigured(NAME);
    let all = variables::secret(Variable::SignInCredentials).await?;
    let mut all: HashMap<String, Credential> =
        serde_json::from_str(all.expose()).map_err(|_| ExternalError::NotConfigured(NAME))?;
    reference.and_then(|reference| all.remove(reference)).ok_or(absent)
}

/// The client secret of this name.
pub(super) async fn client_secret(reference: Option<&str>) -> Result<Secret, ExternalError> {
    match named(reference).await? {
        Credential::Text(text) => Ok(Secret::new(text)),
        Credential::Apple { .. } => Err(ExternalError::NotConfigured(NAME)),
    }
}

/// The key that signs assertions for Apple.
pub(super) async fn assertion_key(reference: Option<&str>) -> Result<AssertionKey, ExternalError> {
    let key = match named(reference).await? {
        Credential::Apple { team_id, key_id, private_key } => AssertionKey::new(&team_id, &key_id, &private_key),
        Credential::Text(_) => None,
    };
    key.ok_or(ExternalError::NotConfigured(NAME))
}

/// The secret that signs webhooks.
pub(super) async fn webhook_secret(reference: Option<&str>) -> Result<WebhookSecret, ExternalError> {
    let text = client_secret(reference).await?;
    WebhookSecret::parse(text.expose()).ok_or(ExternalError::NotConfigured(NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let text = r#"{"google":"s3cret","apple":{"team_id":"T","key_id":"K","private_key":"P"}}"#;
        let all: HashMap<String, Credential> = serde_json::from_str(text).unwrap();
        assert!(matches!(&all["google"], Credential::Text(text) if text == "s3cret"));
        assert!(matches!(&all["apple"], Credential::Apple { team_id, .. } if team_id == "T"));
    }
}
