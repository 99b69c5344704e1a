//! Scheduled jobs: private routes that the host or a CronJob ticks.

use axum::extract::FromRequestParts;
use axum::response::Response;
use commerce_db::{Actor, CallContext, Function};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::variables::{self, Secret, Variable};
use crate::{Problem, RequestInfo};

/// Shortest token that opens anything; a shorter one is a configuration that was forgotten.
const MIN_TOKEN: usize = 16;

/// A request with the job token.
#[derive(Clone, Debug)]
pub struct JobAuth {
    info: RequestInfo,
}

impl JobAuth {
    /// What every request has.
    #[must_use]
    pub fn info(&self) -> &RequestInfo {
        &self.info
    }

    /// The context of the job's database calls. It names no tenant; see [`CallContext::for_tenant`].
    #[must_use]
    pub fn context(&self) -> CallContext {
        self.info.context(Actor::Job)
    }

    /// Calls a database function that serves no tenant, or loops over them itself.
    ///
    /// # Errors
    /// What the function refuses, or 503 `database_unavailable`.
    pub async fn call<I, O>(&self, function: &Function<I, O>, input: &I) -> Result<O, Problem>
    where
        I: Serialize,
        O: DeserializeOwned,
    {
        Ok(function.call(&self.context(), input).await?.value)
    }

    /// 200 in the envelope of ruling C-13.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn success(&self, data: &impl Serialize) -> Result<Response, Problem> {
        self.info.success(StatusCode::OK, data)
    }
}

impl<S: Sync> FromRequestParts<S> for JobAuth {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let info = RequestInfo::of(parts)?;
        let token = variables::secret(Variable::JobToken).await?;
        if is_authorised(&parts.headers, &token) {
            Ok(Self { info })
        } else {
            Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized"))
        }
    }
}

/// Compares digests, so that neither content nor length of the token shows in the time it takes.
fn is_authorised(headers: &HeaderMap, token: &Secret) -> bool {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        return false;
    };
    let Some((scheme, presented)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else {
        return false;
    };
    let same = Sha256::digest(presented).ct_eq(&Sha256::digest(token.expose()));
    scheme.eq_ignore_ascii_case("bearer") && token.expose().len() >= MIN_TOKEN && bool::from(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(values: &[&str], token: &str) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        is_authorised(&headers, &Secret::new(token))
    }

    #[test]
    fn the_token_opens() {
        assert!(opens(&["Bearer 0123456789abcdef"], "0123456789abcdef"));
        assert!(opens(&["bearer 0123456789abcdef"], "0123456789abcdef"));
    }

    #[test]
    fn nothing_else_does() {
        let token = "0123456789abcdef";
        for values in [
            &[][..],
            &["Bearer 0123456789abcdeF"],
            &["Bearer 0123456789abcde"],
            &["Bearer "],
            &["Basic 0123456789abcdef"],
            &["0123456789abcdef"],
            &["Bearer 0123456789abcdef", "Bearer 0123456789abcdef"],
        ] {
            assert!(!opens(values, token), "{values:?}");
        }
        assert!(!opens(&["Bearer "], ""));
        assert!(!opens(&["Bearer short"], "short"));
    }
}
