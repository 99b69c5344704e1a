//! The seam around every host call: where tests observe, delay, fail or kill.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

/// One call of a guest to the host.
#[derive(Clone, Debug)]
pub struct HostCall {
    /// Id of the calling component.
    pub component: Arc<str>,
    /// The request on whose behalf it is made; empty when it is made outside any request.
    pub request_id: Arc<str>,
    /// What is called.
    pub kind: HostCallKind,
    /// SQL text, key, URL, store label or variable name; for `PgOpen` host and port, never a password.
    pub detail: String,
    /// Position among the calls of this request, from 0.
    pub sequence: u32,
}

/// What a guest can ask of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HostCallKind {
    /// A PostgreSQL connection is opened.
    PgOpen,
    /// A statement that returns rows.
    PgQuery,
    /// A statement that returns a count.
    PgExecute,
    /// A key-value store is opened.
    KvOpen,
    /// A value is read.
    KvGet,
    /// A value is written.
    KvSet,
    /// A value is removed.
    KvDelete,
    /// A key is looked for.
    KvExists,
    /// All keys are listed.
    KvKeys,
    /// An HTTP request is sent.
    HttpSend,
    /// A variable is read.
    VariableGet,
}

impl HostCallKind {
    /// Every kind, in the order of their metrics.
    pub const ALL: [Self; 11] = [
        Self::PgOpen,
        Self::PgQuery,
        Self::PgExecute,
        Self::KvOpen,
        Self::KvGet,
        Self::KvSet,
        Self::KvDelete,
        Self::KvExists,
        Self::KvKeys,
        Self::HttpSend,
        Self::VariableGet,
    ];

    /// The name used in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PgOpen => "pg_open",
            Self::PgQuery => "pg_query",
            Self::PgExecute => "pg_execute",
            Self::KvOpen => "kv_open",
            Self::KvGet => "kv_get",
            Self::KvSet => "kv_set",
            Self::KvDelete => "kv_delete",
            Self::KvExists => "kv_exists",
            Self::KvKeys => "kv_keys",
            Self::HttpSend => "http_send",
            Self::VariableGet => "variable_get",
        }
    }
}

/// How a host call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned a value.
    Success,
    /// It returned the error of its interface.
    Failure,
}

/// What the seam wants to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing special.
    Continue,
    /// Wait, then continue.
    Delay(Duration),
    /// The call returns the error of its interface. Before: it has no effect. After: its effect stands and the guest does not learn of it.
    Fail,
    /// The instance ends here, as in a crash.
    Kill,
}

/// Sees every host call of an application.
pub trait Seam: Send + Sync {
    /// Called before the call takes effect.
    fn before<'a>(&'a self, _call: &'a HostCall) -> BoxFuture<'a, Action> {
        Box::pin(std::future::ready(Action::Continue))
    }

    /// Called after the call took effect and before the guest learns of it.
    fn after<'a>(&'a self, _call: &'a HostCall, _outcome: &'a Outcome) -> BoxFuture<'a, Action> {
        Box::pin(std::future::ready(Action::Continue))
    }
}
