//! The deployment's providers of e-mail and SMS.

use std::fmt;
use std::sync::Arc;

use commerce_db::variables::{self, Variable, VariableError};
use commerce_gateways::Secret;
use commerce_gateways::messages::{Resend, Taqnyat};
use serde::Deserialize;

use crate::messages::PublicOrigin;

/// The keys of both providers, as the variable `message_credentials` holds them.
#[derive(Deserialize)]
struct Credentials {
    email: String,
    sms: String,
}

/// All that sending takes beside the message.
pub(super) struct Providers {
    /// Sends e-mail.
    pub email: Resend,
    /// Sends SMS.
    pub sms: Taqnyat,
    /// Sender of e-mails.
    pub email_from: Arc<str>,
    /// Sender of SMS.
    pub sms_sender: Arc<str>,
    public_url: Arc<str>,
    base_domain: Arc<str>,
    local_port: Option<u16>,
}

impl Providers {
    /// Reads the deployment's variables.
    ///
    /// # Errors
    /// [`VariableError`] for the first one that is missing or unusable.
    pub(super) async fn open(local_port: Option<u16>) -> Result<Self, VariableError> {
        let unusable = |variable: Variable| move || VariableError(variable.name());
        let credentials = variables::secret(Variable::MessageCredentials).await?;
        let credentials: Credentials = serde_json::from_str(credentials.expose())
            .map_err(|_| VariableError(Variable::MessageCredentials.name()))?;
        let email_url = variables::text(Variable::EmailApiUrl).await?;
        let sms_url = variables::text(Variable::SmsApiUrl).await?;
        Ok(Self {
            email: Resend::new(&email_url, &Secret::new(credentials.email))
                .ok()
                .ok_or_else(unusable(Variable::EmailApiUrl))?,
            sms: Taqnyat::new(&sms_url, &Secret::new(credentials.sms))
                .ok()
                .ok_or_else(unusable(Variable::SmsApiUrl))?,
            email_from: variables::text(Variable::EmailFrom).await?,
            sms_sender: variables::text(Variable::SmsSender).await?,
            public_url: variables::text(Variable::PublicUrl).await?,
            base_domain: variables::text(Variable::BaseDomain).await?,
            local_port,
        })
    }

    /// How shops' public origins are made.
    pub(super) fn origin(&self) -> PublicOrigin<'_> {
        PublicOrigin { template: &self.public_url, base_domain: &self.base_domain, local_port: self.local_port }
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Providers").finish_non_exhaustive()
    }
}
