//! `/members/{account_id}/sessions` and `/customers/{account_id}/sessions`: where somebody else is signed in, and the end of it. The
//! account stays what it is and may sign in again; to keep somebody out, suspend them. Administrators see and end the sessions of members;
//! whoever manages customers, theirs.
//!
//! Only sessions of this shop are seen and ended, though a member of staff may have others elsewhere.

use axum::response::Response;
use commerce_db::auth::{self, EndSessionsOfInput, SessionsOfInput, WhichSessions};
use commerce_domain::permission::may::{EndSessions, ManageCustomers};
use commerce_domain::{AccountKind, CustomerId, SessionId, StaffId};
use commerce_http::{NoParams, PathId, Permitted, Problem, Query, Staff};
use uuid::Uuid;

use super::sessions;

/// `GET /members/{account_id}/sessions`
pub async fn list_member_sessions(
    staff: Permitted<EndSessions>,
    PathId(account_id): PathId<StaffId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    list(&staff, AccountKind::Staff, account_id.as_uuid()).await
}

/// `DELETE /members/{account_id}/sessions/{session_id}`
pub async fn end_member_session(
    staff: Permitted<EndSessions>,
    PathId(account_id): PathId<StaffId>,
    PathId(session_id): PathId<SessionId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    end(&staff, AccountKind::Staff, account_id.as_uuid(), one(session_id)).await
}

/// `DELETE /members/{account_id}/sessions`: all of them; who names themselves is signed out too.
pub async fn end_member_sessions(
    staff: Permitted<EndSessions>,
    PathId(account_id): PathId<StaffId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    end(&staff, AccountKind::Staff, account_id.as_uuid(), WhichSessions::All { all: true }).await
}

/// `GET /customers/{account_id}/sessions`
pub async fn list_customer_sessions(
    staff: Permitted<ManageCustomers>,
    PathId(account_id): PathId<CustomerId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    list(&staff, AccountKind::Customer, account_id.as_uuid()).await
}

/// `DELETE /customers/{account_id}/sessions/{session_id}`
pub async fn end_customer_session(
    staff: Permitted<ManageCustomers>,
    PathId(account_id): PathId<CustomerId>,
    PathId(session_id): PathId<SessionId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    end(&staff, AccountKind::Customer, account_id.as_uuid(), one(session_id)).await
}

/// `DELETE /customers/{account_id}/sessions`: all of them.
pub async fn end_customer_sessions(
    staff: Permitted<ManageCustomers>,
    PathId(account_id): PathId<CustomerId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    end(&staff, AccountKind::Customer, account_id.as_uuid(), WhichSessions::All { all: true }).await
}

const fn one(session_id: SessionId) -> WhichSessions {
    WhichSessions::One { session_id: session_id.as_uuid() }
}

async fn list(staff: &Staff, kind: AccountKind, account_id: Uuid) -> Result<Response, Problem> {
    sessions::listed(staff, &staff.call(&auth::SESSIONS_OF, &SessionsOfInput { kind, account_id }).await?)
}

async fn end(staff: &Staff, kind: AccountKind, account_id: Uuid, which: WhichSessions) -> Result<Response, Problem> {
    let input = EndSessionsOfInput { kind, account_id, which };
    sessions::ended(staff, staff.call(&auth::END_SESSIONS_OF, &input).await?).await
}
