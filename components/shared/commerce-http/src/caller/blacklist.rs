//! Ended sessions, refused before the database is asked (ruling C-18). PostgreSQL decides; this list spares it the question, and when it
//! cannot be read nobody is let through.

use commerce_db::members::Outdated;
use commerce_identity::token::AccessClaims;
use commerce_kv::{Key, guard, now_ms};
use http::StatusCode;
use uuid::Uuid;

use crate::Problem;

/// How long a session stays on the list: a little longer than the longest access token lives (ruling C-01).
const KEPT_MS: u64 = 16 * 60 * 1_000;

/// Seconds after which a client may try again while the list cannot be read.
const RETRY_S: u32 = 2;

/// Under what a member's epoch stands whose earlier tokens are out of date.
fn epoch_key(tenant: Uuid, account: Uuid) -> Key {
    Key::of_tenant(tenant, "epoch", &account.simple().to_string())
}

fn key(tenant: Uuid, session: Uuid) -> Key {
    Key::of_tenant(tenant, "revoked", &session.simple().to_string())
}

/// Refuses the token of an ended session.
pub(super) async fn check(claims: &AccessClaims) -> Result<(), Problem> {
    match guard::get(&key(claims.org.as_uuid(), claims.session_id.as_uuid())).await {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err(Problem::new(StatusCode::UNAUTHORIZED, "session_ended")),
        Err(_) => Err(Problem::unavailable("store_unavailable", RETRY_S)),
    }
}

/// Refuses a token that is known to be out of date. Only for a token that is refused anyway, for what it does not say: whoever has just been
/// given more is sent to refresh (401), and not away (403). What is not on the list is decided by the request's own statement.
pub(super) async fn check_epoch(claims: &AccessClaims) -> Result<(), Problem> {
    match guard::get(&epoch_key(claims.org.as_uuid(), claims.sub.as_uuid())).await {
        Ok(entry) => {
            let epoch = entry.and_then(|entry| Some(i64::from_be_bytes(*entry.payload.first_chunk()?)));
            let outdated = epoch.is_some_and(|epoch| epoch > claims.epoch);
            if outdated { Err(Problem::new(StatusCode::UNAUTHORIZED, "session_ended")) } else { Ok(()) }
        }
        Err(_) => Err(Problem::unavailable("store_unavailable", RETRY_S)),
    }
}

/// Notes from which epoch on the tokens of members are up to date. PostgreSQL refuses older ones already.
pub async fn outdate(tenant: Uuid, members: impl IntoIterator<Item = Outdated>) {
    let until = now_ms().saturating_add(KEPT_MS);
    for Outdated { account_id, epoch } in members {
        if guard::put(&epoch_key(tenant, account_id), &epoch.to_be_bytes(), until).await.is_err() {
            return;
        }
    }
}

/// Puts sessions that a statement has ended on the list. They are over already: what fails here only costs later requests a question
/// to the database.
pub async fn revoke(tenant: Uuid, sessions: impl IntoIterator<Item = Uuid>) {
    let until = now_ms().saturating_add(KEPT_MS);
    for session in sessions {
        if guard::put(&key(tenant, session), &[], until).await.is_err() {
            return;
        }
    }
}
