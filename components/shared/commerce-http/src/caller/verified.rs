//! Verified tokens, kept in the instance: a signature is checked once per token and instance (design §4), and a token's life is looked at every time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use commerce_domain::AccountKind;
use commerce_identity::token::{AccessClaims, Verifier};
use commerce_kv::now_ms;
use http::StatusCode;
use sha2::{Digest, Sha256};

use crate::Problem;
use crate::variables::{self, Variable};

/// Most tokens kept; a claim set is about 500 bytes.
const MOST: usize = 1_024;

/// Longest token worth a hash; the verifier refuses longer ones too (RFC 8725, `reliability.md` §1.4).
const MAX_BYTES: usize = 8 * 1024;

/// Claims by the SHA-256 of their token. The token is the proof, so its hash belongs to one tenant and nobody else can name it.
static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

struct Known {
    issuer: Arc<str>,
    jwk_set: Arc<str>,
    verifier: Arc<Verifier>,
    claims: HashMap<[u8; 32], Arc<AccessClaims>>,
}

/// The claims of a token, if it is good now.
///
/// # Errors
/// 401 `invalid_token`, whatever is wrong with it; 503 `not_configured` without keys.
pub(super) async fn claims(token: &str, audience: AccountKind) -> Result<Arc<AccessClaims>, Problem> {
    let refused = || Problem::new(StatusCode::UNAUTHORIZED, "invalid_token");
    if token.len() > MAX_BYTES {
        return Err(refused());
    }
    let issuer = variables::text(Variable::TokenIssuer).await?;
    let jwk_set = variables::text(Variable::TokenJwks).await?;
    let now = i64::try_from(now_ms() / 1_000).unwrap_or(i64::MAX);
    let hash: [u8; 32] = Sha256::digest(token).into();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = current(&mut known, &issuer, &jwk_set)?;
    if let Some(claims) = known.claims.get(&hash) {
        let good = claims.aud == audience && claims.check_time(now).is_ok();
        return if good { Ok(Arc::clone(claims)) } else { Err(refused()) };
    }
    let claims = Arc::new(known.verifier.verify(token, audience, now).map_err(|_| refused())?);
    if known.claims.len() >= MOST {
        known.claims.retain(|_, claims| claims.check_time(now).is_ok());
    }
    if known.claims.len() >= MOST {
        known.claims.clear();
    }
    known.claims.insert(hash, Arc::clone(&claims));
    Ok(claims)
}

/// What is known under today's keys; other keys begin anew, so a key that was taken away verifies nothing any more.
fn current<'a>(known: &'a mut Option<Known>, issuer: &Arc<str>, jwk_set: &Arc<str>) -> Result<&'a mut Known, Problem> {
    let same = known.as_ref().is_some_and(|known| known.issuer == *issuer && known.jwk_set == *jwk_set);
    if !same {
        let verifier = Verifier::new(issuer, jwk_set).map_err(|_| Problem::unavailable("not_configured", 5))?;
        *known = Some(Known {
            issuer: Arc::clone(issuer),
            jwk_set: Arc::clone(jwk_set),
            verifier: Arc::new(verifier),
            claims: HashMap::new(),
        });
    }
    known.as_mut().ok_or_else(Problem::internal)
}
