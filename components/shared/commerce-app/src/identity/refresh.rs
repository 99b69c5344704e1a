//! Staying signed in: a refresh token is good once and has one child, drawn here before the statement that decides.
//!
//! The child is stored sealed under its parent, so that whoever shows the same parent within the grace gets the same child; any other
//! second use means that the token is in two hands, and ends the session.

use bytes::Bytes;
use commerce_db::auth::{self, RefreshChild, RefreshInput, Refreshed};
use commerce_db::{CallContext, DbError};
use commerce_domain::AccountKind;
use commerce_identity::opaque::RefreshToken;
use serde_json::Value;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::new_session::Grant;
use super::tenant::tenant_of;
use super::tokens::{self, ACCESS_TTL_S, REFRESH_GRACE_S, REFRESH_TTL_S, Subject};
use super::{IdentityError, Keys, Origin};
use crate::random;

/// Rotates a refresh token: one statement.
///
/// # Errors
/// [`IdentityError::SessionEnded`] for a token that is unknown, spent, expired or of a session that is over.
pub async fn refresh(
    context: &CallContext,
    keys: &Keys,
    kind: AccountKind,
    token: &str,
    origin: &Origin,
    now: i64,
) -> Result<(Grant, Option<Bytes>), IdentityError> {
    let parent = RefreshToken::parse(token).ok_or(IdentityError::SessionEnded { session: None })?;
    let child = RefreshToken::from_random(random::bytes()?);
    let refresh_hash = parent.storage_hash();
    let input = RefreshInput {
        kind,
        child_hash: child.storage_hash(),
        child_sealed: keys.seals.seal(child.to_text().as_bytes(), &aad(&refresh_hash), random::bytes()?)?,
        refresh_hash: refresh_hash.clone(),
        refresh_ttl_s: REFRESH_TTL_S,
        grace_s: REFRESH_GRACE_S,
        client: origin.client(),
    };
    let reply = auth::REFRESH.call(context, &input).await.map_err(ended)?;
    let tenant = tenant_of(context, &reply)?;
    let refreshed = reply.value;
    let refresh_token = match (refreshed.child, &refreshed.child_sealed) {
        (RefreshChild::New, _) => child.to_text(),
        (RefreshChild::Stored, Some(sealed)) => stored_child(keys, &refresh_hash, sealed)?,
        (RefreshChild::Stored, None) => return Err(IdentityError::Internal("refresh_child")),
    };
    Ok((grant(keys, tenant, refreshed, refresh_token, now)?, reply.tenant))
}

/// Binds a sealed child to its parent.
fn aad(parent_hash: &str) -> Vec<u8> {
    [b"refresh child\0", parent_hash.as_bytes()].concat()
}

fn stored_child(keys: &Keys, parent_hash: &str, sealed: &str) -> Result<Zeroizing<String>, IdentityError> {
    let text = keys.seals.open(sealed, &aad(parent_hash))?;
    let token = std::str::from_utf8(&text).ok().and_then(RefreshToken::parse);
    token.map(|token| token.to_text()).ok_or(IdentityError::Internal("refresh_child"))
}

fn grant(
    keys: &Keys,
    tenant: Uuid,
    refreshed: Refreshed,
    refresh_token: Zeroizing<String>,
    now: i64,
) -> Result<Grant, IdentityError> {
    let subject = Subject {
        tenant,
        kind: refreshed.account.kind,
        account: refreshed.account.id,
        session: refreshed.session_id,
        facts: &refreshed.token,
    };
    Ok(Grant {
        access_token: tokens::mint(keys, &subject, now)?,
        session_id: refreshed.session_id,
        expires_in: ACCESS_TTL_S,
        refresh_token,
        refresh_expires_at: refreshed.refresh_expires_at,
        session_expires_at: refreshed.session_expires_at,
        device_token: None,
        cart_id: None,
        merged: false,
        account: refreshed.account,
    })
}

/// The client is not told whether its token was spent; the blacklist is.
fn ended(error: DbError) -> IdentityError {
    match error {
        DbError::Refused { status: 401, detail, .. } => {
            let named = detail.as_ref().and_then(|detail| detail.get("session_id")).and_then(Value::as_str);
            let uuid = |text: &str| Uuid::try_parse(text.rsplit('_').next().unwrap_or_default()).ok();
            IdentityError::SessionEnded { session: named.and_then(uuid) }
        }
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_child_belongs_to_its_parent() {
        let keys = Keys::of_tests();
        let child = RefreshToken::from_random([3; 32]);
        let sealed = keys.seals.seal(child.to_text().as_bytes(), &aad("aa"), [0; 12]).unwrap();
        assert_eq!(*stored_child(&keys, "aa", &sealed).unwrap(), *child.to_text());
        assert!(stored_child(&keys, "bb", &sealed).is_err());
    }

    #[test]
    fn a_reused_token_names_the_session_that_it_ended() {
        let refused = |detail| DbError::Refused { status: 401, code: "session_ended".into(), detail };
        let id = Uuid::from_u128(7);
        for text in [id.to_string(), format!("ses_{}", id.simple())] {
            let error = ended(refused(Some(serde_json::json!({"session_id": text}))));
            assert!(
                matches!(error, IdentityError::SessionEnded { session: Some(session) } if session == id),
                "{error}"
            );
        }
        assert!(matches!(ended(refused(None)), IdentityError::SessionEnded { session: None }));
        assert!(matches!(ended(DbError::Unavailable), IdentityError::Db(DbError::Unavailable)));
    }
}
