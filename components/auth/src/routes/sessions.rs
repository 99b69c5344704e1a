//! `/sessions`

use axum::response::Response;
use commerce_db::auth::{self, EndSessionInput, SessionFacts, Sessions, SessionsEnded};
use commerce_db::system::NoInput;
use commerce_domain::SessionId;
use commerce_http::{Ctx, NoParams, PathId, Problem, Query};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::person::Person;

/// A session as its owner and administrators see it.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView<'a> {
    id: SessionId,
    current: bool,
    label: Option<&'a str>,
    user_agent: Option<&'a str>,
    ip: Option<&'a str>,
    methods: &'a [String],
    created_at: &'a str,
    authenticated_at: &'a str,
    last_seen_at: &'a str,
    expires_at: &'a str,
}

impl<'a> From<&'a SessionFacts> for SessionView<'a> {
    fn from(facts: &'a SessionFacts) -> Self {
        Self {
            id: SessionId::new(facts.id),
            current: facts.current,
            label: facts.label.as_deref(),
            user_agent: facts.user_agent.as_deref(),
            ip: facts.ip.as_deref(),
            methods: &facts.methods,
            created_at: &facts.created_at,
            authenticated_at: &facts.authenticated_at,
            last_seen_at: &facts.last_seen_at,
            expires_at: &facts.expires_at,
        }
    }
}

/// The sessions that ended.
#[derive(Serialize, ToSchema)]
#[schema(as = SessionsEnded)]
pub struct EndedView {
    ended: Vec<SessionId>,
}

/// `GET /sessions`: where the caller is signed in.
pub async fn list_sessions(person: Person, _: Query<NoParams>) -> Result<Response, Problem> {
    listed(&person, &person.call(&auth::SESSIONS, &NoInput {}).await?)
}

/// `DELETE /sessions/{session_id}`: ends one of the caller's sessions, their own included.
pub async fn end_session(
    person: Person,
    PathId(session_id): PathId<SessionId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let one = EndSessionInput::One { session_id: session_id.as_uuid() };
    ended(&person, person.call(&auth::END_SESSION, &one).await?).await
}

/// `DELETE /sessions`: ends all sessions of the caller but this one.
pub async fn end_other_sessions(person: Person, _: Query<NoParams>) -> Result<Response, Problem> {
    let others = EndSessionInput::Others { others: true };
    ended(&person, person.call(&auth::END_SESSION, &others).await?).await
}

/// The answer that lists sessions.
pub(super) fn listed(ctx: &Ctx, found: &Sessions) -> Result<Response, Problem> {
    let views: Vec<SessionView<'_>> = found.sessions.iter().map(SessionView::from).collect();
    ctx.success(StatusCode::OK, &views)
}

/// The answer that names sessions which a statement has ended. From now on they are refused without a question to the database.
pub(super) async fn ended(ctx: &Ctx, SessionsEnded { ended }: SessionsEnded) -> Result<Response, Problem> {
    ctx.revoke(ended.iter().copied()).await;
    ctx.success(StatusCode::OK, &EndedView { ended: ended.into_iter().map(SessionId::new).collect() })
}
