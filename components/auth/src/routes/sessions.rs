//! `/sessions`

use axum::response::Response;
use commerce_db::auth::{self, EndSessionInput, SessionFacts};
use commerce_db::system::NoInput;
use commerce_domain::SessionId;
use commerce_http::{NoParams, PathId, Problem, Query};
use http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use crate::person::{self, Person};

/// A session as its owner sees it.
#[derive(Serialize)]
struct SessionView<'a> {
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
#[derive(Serialize)]
struct EndedView {
    ended: Vec<SessionId>,
}

/// `GET /sessions`: where the caller is signed in.
pub async fn list_sessions(person: Person, _: Query<NoParams>) -> Result<Response, Problem> {
    let found = person.call(&auth::SESSIONS, &NoInput {}).await?;
    let views: Vec<SessionView<'_>> = found.sessions.iter().map(SessionView::from).collect();
    person.success(StatusCode::OK, &views)
}

/// `DELETE /sessions/{session_id}`: ends one of the caller's sessions, their own included.
pub async fn end_session(
    person: Person,
    PathId(session_id): PathId<SessionId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    end(&person, EndSessionInput::One { session_id: session_id.as_uuid() }).await
}

/// `DELETE /sessions`: ends all sessions of the caller but this one.
pub async fn end_other_sessions(person: Person, _: Query<NoParams>) -> Result<Response, Problem> {
    end(&person, EndSessionInput::Others { others: true }).await
}

async fn end(person: &Person, which: EndSessionInput) -> Result<Response, Problem> {
    let ended: Vec<Uuid> = person.call(&auth::END_SESSION, &which).await?.ended;
    person::revoke(person, ended.iter().copied()).await;
    person.success(StatusCode::OK, &EndedView { ended: ended.into_iter().map(SessionId::new).collect() })
}
