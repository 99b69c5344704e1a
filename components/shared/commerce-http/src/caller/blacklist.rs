//! Ended sessions, refused before the database is asked (ruling C-18). PostgreSQL decides; this list spares it the question, and when it
//! cannot be read nobody is let through.

use commerce_identity::token::AccessClaims;
use commerce_kv::{Key, guard, now_ms};
use http::StatusCode;
use uuid::Uuid;

use crate::Problem;

/// How long a session stays on the list: a little longer than the longest access token lives (ruling C-01).
const KEPT_MS: u64 = 16 * 60 * 1_000;

/// Seconds after which a client may try again while the list cannot be read.
const RETRY_S: u32 = 2;

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
