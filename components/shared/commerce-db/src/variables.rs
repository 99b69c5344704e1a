//! The application's variables (`[variables]` of `spin.toml`), read through the platform.
//!
//! A value is kept in the instance for at most five seconds, so a rotated secret is in use soon after.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a value may be used without asking again.
const TTL: Duration = Duration::from_secs(5);

/// The variables that components read. The names are those of `spin.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// Connection string of the login role `app_user`.
    DatabaseUrl,
    /// Connection string of the login role `app_admin`: functions of schema `ops`, for work across shops.
    AdminDatabaseUrl,
    /// Tenants live at `<slug>.<base_domain>`.
    BaseDomain,
    /// Template of a shop's public origin; `{host}` stands for the request's host with its port.
    PublicUrl,
    /// Origin of the Moyasar API.
    MoyasarBaseUrl,
    /// JSON object from credential reference to the gateway's secret API key.
    GatewayCredentials,
    /// HMAC key of guest order tokens.
    OrderTokenKey,
    /// Bearer token of `/internal/jobs/*`.
    JobToken,
    /// `iss` of access tokens.
    TokenIssuer,
    /// Private JWK that signs access tokens.
    TokenSigningKey,
    /// JWK set of the public keys that verify access tokens: the current one and those before it.
    TokenJwks,
    /// Secret mixed into every password before it is hashed.
    PasswordPepper,
    /// `argon2id` or `bcrypt`: what new passwords are hashed with.
    PasswordHash,
    /// Key of one-time codes, identifiers and the history of passwords.
    CodeKey,
    /// JSON array of the keys that seal secrets at rest; the first one seals, all open.
    SealingKeys,
    /// Origin of the e-mail provider's API.
    EmailApiUrl,
    /// Origin of the SMS provider's API.
    SmsApiUrl,
    /// JSON object with the keys of both providers.
    MessageCredentials,
    /// Sender of e-mails.
    EmailFrom,
    /// Sender of SMS.
    SmsSender,
    /// JSON object from credential reference to a secret at a sign-in provider.
    SignInCredentials,
    /// Origin of the DNS-over-HTTPS resolver.
    DnsResolverUrl,
}

impl Variable {
    /// The variable's name in `spin.toml`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DatabaseUrl => "database_url",
            Self::AdminDatabaseUrl => "admin_database_url",
            Self::BaseDomain => "base_domain",
            Self::PublicUrl => "public_url",
            Self::MoyasarBaseUrl => "moyasar_base_url",
            Self::GatewayCredentials => "gateway_credentials",
            Self::OrderTokenKey => "order_token_key",
            Self::JobToken => "job_token",
            Self::TokenIssuer => "token_issuer",
            Self::TokenSigningKey => "token_signing_key",
            Self::TokenJwks => "token_jwks",
            Self::PasswordPepper => "password_pepper",
            Self::PasswordHash => "password_hash",
            Self::CodeKey => "code_key",
            Self::SealingKeys => "sealing_keys",
            Self::EmailApiUrl => "email_api_url",
            Self::SmsApiUrl => "sms_api_url",
            Self::MessageCredentials => "message_credentials",
            Self::EmailFrom => "email_from",
            Self::SmsSender => "sms_sender",
            Self::SignInCredentials => "sign_in_credentials",
            Self::DnsResolverUrl => "dns_resolver_url",
        }
    }
}

/// A variable could not be read: the component does not declare it, or its provider failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("variable {0} cannot be read")]
pub struct VariableError(pub &'static str);

/// A value that must not be shown. `Debug` is opaque and there is no `Display`.
#[derive(Clone)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: impl Into<Arc<str>>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Values by variable, with the moment until which they hold. Deployment-wide facts, no tenant's.
static CACHE: Mutex<Vec<(Variable, Instant, Arc<str>)>> = Mutex::new(Vec::new());

/// The value of a variable that may be shown.
///
/// # Errors
/// When the component does not declare it or the provider fails.
pub async fn text(variable: Variable) -> Result<Arc<str>, VariableError> {
    let now = Instant::now();
    if let Some(value) = cached(variable, now) {
        return Ok(value);
    }
    let value: Arc<str> =
        spin_sdk::variables::get(variable.name()).await.map_err(|_| VariableError(variable.name()))?.into();
    remember(variable, now, &value);
    Ok(value)
}

/// The value of a variable that must not be shown.
///
/// # Errors
/// When the component does not declare it or the provider fails.
pub async fn secret(variable: Variable) -> Result<Secret, VariableError> {
    text(variable).await.map(Secret)
}

fn cached(variable: Variable, now: Instant) -> Option<Arc<str>> {
    let cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    cache.iter().find(|(key, until, _)| *key == variable && *until > now).map(|(_, _, value)| Arc::clone(value))
}

fn remember(variable: Variable, now: Instant, value: &Arc<str>) {
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    cache.retain(|(key, _, _)| *key != variable);
    cache.push((variable, now + TTL, Arc::clone(value)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(..)");
    }

    #[test]
    fn a_value_is_forgotten_after_its_time() {
        let now = Instant::now();
        remember(Variable::BaseDomain, now, &Arc::from("localhost"));
        assert_eq!(cached(Variable::BaseDomain, now + Duration::from_millis(4_999)).as_deref(), Some("localhost"));
        assert_eq!(cached(Variable::BaseDomain, now + TTL), None);
        assert_eq!(cached(Variable::PublicUrl, now), None);
    }
}
