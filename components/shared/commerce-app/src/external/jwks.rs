//! The keys that providers publish, kept for a while: they change seldom, and every sign-in needs them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use commerce_gateways::{GatewayError, GatewayRequest, Method};
use commerce_identity::external::{ExternalKeys, ExternalPerson, Party, verify};

use super::ExternalError;

/// Seconds after which kept keys are fetched anew: a key that the provider has withdrawn counts for so long.
const FRESH_S: i64 = 600;
/// Least seconds between two fetches because a token names an unknown key: anybody can send such tokens.
const GAP_S: i64 = 30;
/// Most providers whose keys are kept.
const KEPT_MAX: usize = 64;
/// How long a provider may take.
const TIMEOUT: Duration = Duration::from_secs(5);

struct Kept {
    fetched_at: i64,
    keys: Arc<ExternalKeys>,
}

/// By URL. An instance serves all tenants, and what is published is the same for all.
static KEPT: Mutex<Option<HashMap<String, Kept>>> = Mutex::new(None);

/// Verifies a token by the keys at `url`, fetching them when there are none, when they are old, and when the token names a newer one.
///
/// # Errors
/// [`ExternalError::Token`] for a token that is not accepted, [`ExternalError::Unavailable`] when there are no keys to be had.
pub(super) async fn verify_token(
    token: &str,
    url: &str,
    issuer: &str,
    party: Party<'_>,
    now: i64,
) -> Result<ExternalPerson, ExternalError> {
    let kept = kept(url);
    let usable = kept.filter(|(fetched_at, keys)| {
        let age = now.saturating_sub(*fetched_at);
        age < FRESH_S && !(age >= GAP_S && keys.lacks_key_of(token))
    });
    let keys = match usable {
        Some((_, keys)) => keys,
        None => fetch(url, now).await?,
    };
    verify(token, &keys, issuer, party, now).map_err(|_| ExternalError::Token)
}

fn kept(url: &str) -> Option<(i64, Arc<ExternalKeys>)> {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let found = kept.as_ref()?.get(url)?;
    Some((found.fetched_at, Arc::clone(&found.keys)))
}

async fn fetch(url: &str, now: i64) -> Result<Arc<ExternalKeys>, ExternalError> {
    let request = GatewayRequest {
        method: Method::Get,
        url: url.to_owned(),
        headers: vec![("accept", "application/json".into())],
        body: Vec::new(),
    };
    let answer = commerce_gateways::send(request, TIMEOUT).await.map_err(ExternalError::Unavailable)?;
    if answer.status != 200 {
        return Err(ExternalError::Unavailable(GatewayError::Unavailable(answer.status)));
    }
    let keys = ExternalKeys::parse(&answer.body).map(Arc::new).ok_or(ExternalError::Failed("jwks"))?;
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let all = kept.get_or_insert_default();
    if all.len() >= KEPT_MAX {
        all.clear();
    }
    all.insert(url.to_owned(), Kept { fetched_at: now, keys: Arc::clone(&keys) });
    Ok(keys)
}
