//! The provider's two endpoints: where a person is sent, and where the code that they bring becomes an ID token.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use commerce_db::CallContext;
use commerce_db::auth::{ClientAuth, Provider, ProviderFlow, ResponseMode};
use commerce_db::variables::Secret;
use commerce_gateways::{GatewayError, GatewayRequest, GatewayResponse, Method};
use commerce_identity::external::Flow;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;

use super::{ExternalError, credentials};

/// How long the token endpoint may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The error number of a parameter that is wrong.
const FACEBOOK_INVALID_PARAMETER: i64 = 100;

/// What needs no escape in a form: the unreserved characters (RFC 3986 §2.3).
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A provider of the authorization code flow: what its row is sure to hold.
pub(super) struct CodeProvider<'a> {
    row: &'a Provider,
    client_id: &'a str,
    client_auth: ClientAuth,
    authorization_url: &'a str,
    token_url: &'a str,
    scopes: &'a str,
    response_mode: ResponseMode,
}

impl<'a> CodeProvider<'a> {
    /// The same provider, if people come from it by a code.
    pub fn of(row: &'a Provider) -> Result<Self, ExternalError> {
        let fields = || {
            Some(Self {
                row,
                client_id: row.client_id.as_deref()?,
                client_auth: row.client_auth?,
                authorization_url: row.authorization_url.as_deref()?,
                token_url: row.token_url.as_deref()?,
                scopes: row.scopes.as_deref()?,
                response_mode: row.response_mode?,
            })
        };
        (row.flow == ProviderFlow::Code).then(fields).flatten().ok_or(ExternalError::OtherFlow)
    }

    /// How the provider knows us.
    pub const fn client_id(&self) -> &'a str {
        self.client_id
    }

    /// Where the browser goes (OpenID Connect Core §3.1.2.1).
    pub fn authorization_url(&self, redirect_uri: &str, state: &str, flow: &Flow) -> String {
        let challenge = flow.challenge();
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", redirect_uri),
            ("scope", self.scopes),
            ("state", state),
            ("nonce", flow.nonce()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        if self.response_mode == ResponseMode::FormPost {
            parameters.push(("response_mode", "form_post"));
        }
        let separator = if self.authorization_url.contains('?') { '&' } else { '?' };
        format!("{}{separator}{}", self.authorization_url, form(&parameters))
    }

    /// Makes an ID token of a code (RFC 6749 §4.1.3). Nothing of it is believed yet.
    ///
    /// # Errors
    /// [`ExternalError::State`] for a code that the provider does not take, [`ExternalError::NotConfigured`] when it does not know us,
    /// [`ExternalError::Unavailable`], [`ExternalError::Failed`].
    pub async fn exchange(
        &self,
        context: &CallContext,
        code: &str,
        redirect_uri: &str,
        flow: &Flow,
        now: i64,
    ) -> Result<String, ExternalError> {
        let reference = self.row.credential_ref.as_deref();
        let mut headers = vec![
            ("accept", "application/json".to_owned()),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ];
        let secret = match self.client_auth {
            ClientAuth::Post => Some(credentials::client_secret(reference).await?),
            ClientAuth::Apple => {
                let key = credentials::assertion_key(reference).await?;
                Some(Secret::new(key.sign(self.client_id, now).ok_or(ExternalError::NotConfigured("apple"))?))
            }
            ClientAuth::Basic => {
                headers.push((
                    "authorization",
                    basic(self.client_id, credentials::client_secret(reference).await?.expose()),
                ));
                None
            }
            ClientAuth::None => None,
        };
        let mut parameters = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("client_id", self.client_id),
            ("code_verifier", flow.verifier()),
        ];
        if let Some(secret) = &secret {
            parameters.push(("client_secret", secret.expose()));
        }
        let body = form(&parameters).into_bytes();
        let request = GatewayRequest { method: Method::Post, url: self.token_url.to_owned(), headers, body };
        let answer = commerce_gateways::send(request, context.trace.as_ref(), TIMEOUT)
            .await
            .map_err(ExternalError::Unavailable)?;
        id_token(&answer)
    }
}

/// `client_secret_basic`: both parts form-encoded first (RFC 6749 §2.3.1).
fn basic(client_id: &str, secret: &str) -> String {
    let encode = |text| utf8_percent_encode(text, FORM).to_string();
    let pair = format!("{}:{}", encode(client_id), encode(secret));
    format!("Basic {}", STANDARD.encode(pair))
}

/// `application/x-www-form-urlencoded`.
fn form(parameters: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, FORM));
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn id_token(answer: &GatewayResponse) -> Result<String, ExternalError> {
    #[derive(Deserialize)]
    struct Granted {
        id_token: String,
    }
    #[derive(Deserialize)]
    struct Refused {
        error: Value,
    }
    match answer.status {
        200 => {
            let granted: Granted =
                serde_json::from_slice(&answer.body).map_err(|_| ExternalError::Failed("id_token"))?;
            Ok(granted.id_token)
        }
        400..=499 if answer.status != 429 => {
            let refused = serde_json::from_slice::<Refused>(&answer.body).ok();
            let reason = refused.as_ref().and_then(|refused| refused.error.as_str());
            // Facebook's form of an OAuth error (Graph API, "Handle errors"): 100 is a wrong parameter, as a used code is.
            let number = refused.as_ref().and_then(|refused| refused.error.get("code")?.as_i64());
            match (reason, number) {
                (Some("invalid_grant"), _) | (_, Some(FACEBOOK_INVALID_PARAMETER)) => Err(ExternalError::State),
                (Some("invalid_client" | "unauthorized_client"), _) => Err(ExternalError::NotConfigured("client")),
                _ if answer.status == 401 => Err(ExternalError::NotConfigured("client")),
                _ => Err(ExternalError::Failed("token_endpoint")),
            }
        }
        status => Err(ExternalError::Unavailable(GatewayError::Unavailable(status))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Provider {
        serde_json::from_value(serde_json::json!({
            "flow": "code", "issuer": "https://id.example", "jwks_url": "https://id.example/keys", "client_id": "wasla & co",
            "client_auth": "basic", "credential_ref": "x", "authorization_url": "https://id.example/authorize?hd=1",
            "token_url": "https://id.example/token", "scopes": "openid email", "response_mode": "form_post",
            "authorized_parties": [], "webhook_ref": null, "proves_email": "claimed"
        }))
        .unwrap()
    }

    #[test]
    fn people_are_sent_with_all_that_binds_the_answer_to_them() {
        let row = row();
        let provider = CodeProvider::of(&row).unwrap();
        let flow = Flow::from_random([1; 32], [2; 32]);
        let url = provider.authorization_url("https://shop.example/callback", "s1.k+/", &flow);
        assert!(
            url.starts_with("https://id.example/authorize?hd=1&response_type=code&client_id=wasla%20%26%20co&"),
            "{url}"
        );
        for part in [
            "redirect_uri=https%3A%2F%2Fshop.example%2Fcallback",
            "scope=openid%20email",
            "state=s1.k%2B%2F",
            "code_challenge_method=S256",
            "response_mode=form_post",
        ] {
            assert!(url.contains(part), "{url}");
        }
        assert!(url.contains(&flow.challenge()) && !url.contains(flow.verifier()));
    }

    #[test]
    fn a_row_of_another_flow_sends_nobody() {
        let row = Provider { flow: ProviderFlow::Token, ..row() };
        assert!(matches!(CodeProvider::of(&row), Err(ExternalError::OtherFlow)));
    }

    #[test]
    fn what_the_token_endpoint_says_is_told_apart() {
        let read = |status, body: &str| id_token(&GatewayResponse { status, body: body.into(), retry_after_s: None });
        assert_eq!(read(200, r#"{"id_token":"a.b.c","access_token":"x"}"#).unwrap(), "a.b.c");
        assert!(matches!(read(200, r#"{"access_token":"x"}"#), Err(ExternalError::Failed(_))));
        assert!(matches!(read(400, r#"{"error":"invalid_grant"}"#), Err(ExternalError::State)));
        assert!(matches!(read(400, r#"{"error":{"message":"used","code":100}}"#), Err(ExternalError::State)));
        assert!(matches!(read(400, r#"{"error":{"message":"secret","code":1}}"#), Err(ExternalError::Failed(_))));
        assert!(matches!(read(404, "<html>"), Err(ExternalError::Failed(_))));
        assert!(matches!(read(400, r#"{"error":"invalid_client"}"#), Err(ExternalError::NotConfigured(_))));
        assert!(matches!(read(401, ""), Err(ExternalError::NotConfigured(_))));
        for status in [302, 429, 500] {
            assert!(matches!(read(status, ""), Err(ExternalError::Unavailable(_))), "{status}");
        }
    }

    #[test]
    fn basic_credentials_are_encoded_first() {
        assert_eq!(basic("a:b", "c d"), format!("Basic {}", STANDARD.encode("a%3Ab:c%20d")));
    }
}
