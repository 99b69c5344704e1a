//! The keys that providers publish, kept for a while: they change seldom, and every sign-in needs them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use commerce_db::CallContext;
use commerce_gateways::{GatewayError, GatewayRequest, Method};
use commerce_identity::external::{ExternalKeys, ExternalPerson, Party, verify};

use super::ExternalError;

/// Seconds after which kept keys are fetched anew: a key that the provider has withdrawn counts for so long.
const FRESH_S: i64 = 600;
/// Least seconds between two tries to fetch keys that are kept: anybody can send tokens that name unknown keys.
const GAP_S: i64 = 30;
/// Seconds that kept keys are good for when no newer ones can be had.
const STALE_S: i64 = 24 * 60 * 60;
/// Most providers whose keys are kept.
const KEPT_MAX: usize = 64;
/// How long a provider may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Keys as they were fetched, and when it was last tried.
#[derive(Clone)]
struct Kept {
    fetched_at: i64,
    tried_at: i64,
    keys: Arc<ExternalKeys>,
}

/// By URL. An instance serves all tenants, and what is published is the same for all.
static KEPT: Mutex<Option<HashMap<String, Kept>>> = Mutex::new(None);

/// Verifies a token by the keys at `url`, fetching them when there are none, when they are old, and when the token names a newer one. While the
/// provider does not answer, keys of a day are good enough.
///
/// # Errors
/// [`ExternalError::Token`] for a token that is not accepted, [`ExternalError::Unavailable`] when there are no keys to be had.
pub(super) async fn verify_token(
    context: &CallContext,
    token: &str,
    url: &str,
    issuer: &str,
    party: Party<'_>,
    now: i64,
) -> Result<ExternalPerson, ExternalError> {
    let keys = match kept(url) {
        None => fetch(context, url, now).await?,
        Some(kept) if !is_due(&kept, kept.keys.lacks_key_of(token), now) => kept.keys,
        Some(kept) => {
            note_try(url, now);
            let fetched = fetch(context, url, now).await;
            let usable = now.saturating_sub(kept.fetched_at) < STALE_S;
            fetched.or_else(|error| if usable { Ok(kept.keys) } else { Err(error) })?
        }
    };
    verify(token, &keys, issuer, party, now).map_err(|error| ExternalError::Token(error.kind()))
}

/// Whether newer keys are to be fetched.
fn is_due(kept: &Kept, lacks_key: bool, now: i64) -> bool {
    let old = now.saturating_sub(kept.fetched_at) >= FRESH_S;
    (old || lacks_key) && now.saturating_sub(kept.tried_at) >= GAP_S
}

fn kept(url: &str) -> Option<Kept> {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.as_ref()?.get(url).cloned()
}

/// Before the try, so that one request fetches while the others go on with what there is.
fn note_try(url: &str, now: i64) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = kept.as_mut().and_then(|all| all.get_mut(url)) {
        kept.tried_at = now;
    }
}

async fn fetch(context: &CallContext, url: &str, now: i64) -> Result<Arc<ExternalKeys>, ExternalError> {
    let request = GatewayRequest {
        method: Method::Get,
        url: url.to_owned(),
        headers: vec![("accept", "application/json".into())],
        body: Vec::new(),
    };
    let answer =
        commerce_gateways::send(request, context.trace.as_ref(), TIMEOUT).await.map_err(ExternalError::Unavailable)?;
    if answer.status != 200 {
        return Err(ExternalError::Unavailable(GatewayError::Unavailable(answer.status)));
    }
    let keys = ExternalKeys::parse(&answer.body).map(Arc::new).ok_or(ExternalError::Failed("jwks"))?;
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let all = kept.get_or_insert_default();
    if all.len() >= KEPT_MAX && !all.contains_key(url) {
        let oldest = all.iter().min_by_key(|(_, kept)| kept.fetched_at).map(|(url, _)| url.clone());
        oldest.and_then(|url| all.remove(&url));
    }
    all.insert(url.to_owned(), Kept { fetched_at: now, tried_at: now, keys: Arc::clone(&keys) });
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fetched_when_they_are_old_or_lack_one_and_not_all_the_time() {
        let jwk =
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
        let keys = Arc::new(ExternalKeys::parse(jwk.as_bytes()).unwrap());
        let kept = |fetched_at, tried_at| Kept { fetched_at, tried_at, keys: Arc::clone(&keys) };
        assert!(!is_due(&kept(0, 0), false, FRESH_S - 1));
        assert!(is_due(&kept(0, 0), false, FRESH_S));
        assert!(!is_due(&kept(0, FRESH_S), false, FRESH_S + GAP_S - 1), "it was tried just now");
        assert!(is_due(&kept(0, 0), true, GAP_S));
        assert!(!is_due(&kept(0, 0), true, GAP_S - 1));
    }
}
