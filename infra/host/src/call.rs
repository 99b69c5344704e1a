//! Carries a host call out between the seam's two sides, and counts it.

use std::sync::Arc;

use wasmtime::component::{Access, Accessor, HasSelf};
use wasmtime::{AsContextMut as _, format_err};

use crate::component::ComponentRuntime;
use crate::error::GuestError;
use crate::seam::{Action, HostCall, HostCallKind, Outcome, Seam};
use crate::state::{GuestState, RequestContext};

/// How the generated traits reach the instance's state.
pub type Guest = HasSelf<GuestState>;

/// The caller of a host call.
#[derive(Clone)]
pub struct Caller {
    /// The calling component.
    pub component: Arc<ComponentRuntime>,
    /// Known only when a seam is there to ask.
    request: Option<Arc<RequestContext>>,
}

impl Caller {
    /// Who is calling. To be asked before the first `await`, while the calling task is the current one.
    pub fn of(accessor: &Accessor<GuestState, Guest>) -> Self {
        accessor.with(|mut access| Self::of_access(&mut access))
    }

    /// As [`Self::of`], for a call that has the store already.
    pub fn of_access(access: &mut Access<'_, GuestState, Guest>) -> Self {
        let component = access.get().component.clone();
        let request = if component.seam.is_some() { current_request(access) } else { None };
        Self { component, request }
    }

    /// Whether a seam will see the call.
    pub fn is_observed(&self) -> bool {
        self.component.seam.is_some()
    }

    /// Runs `call` and counts it; with a seam, asks it before and after. `failure` is what a failed call returns.
    pub async fn call<T, E>(
        self,
        kind: HostCallKind,
        detail: impl FnOnce() -> String,
        failure: impl Fn() -> E,
        call: impl Future<Output = Result<T, GuestError<E>>>,
    ) -> Result<T, GuestError<E>> {
        let result = match &self.component.seam {
            None => call.await,
            Some(seam) => {
                let host_call = self.host_call(kind, detail());
                observed(seam.as_ref(), &host_call, failure, call).await
            }
        };
        self.component.metrics.count_host_call(kind, outcome(&result));
        result
    }

    fn host_call(&self, kind: HostCallKind, detail: String) -> HostCall {
        let (request_id, sequence) = match &self.request {
            Some(request) => (request.id.clone(), request.next_call()),
            None => ("".into(), 0),
        };
        HostCall { component: self.component.id.clone(), request_id, kind, detail, sequence }
    }
}

fn outcome<T, E>(result: &Result<T, E>) -> Outcome {
    if result.is_ok() { Outcome::Success } else { Outcome::Failure }
}

async fn observed<T, E>(
    seam: &dyn Seam,
    host_call: &HostCall,
    failure: impl Fn() -> E,
    call: impl Future<Output = Result<T, GuestError<E>>>,
) -> Result<T, GuestError<E>> {
    obey(seam.before(host_call).await, host_call, &failure).await?;
    let result = call.await;
    obey(seam.after(host_call, &outcome(&result)).await, host_call, &failure).await?;
    result
}

async fn obey<E>(action: Action, call: &HostCall, failure: impl Fn() -> E) -> Result<(), GuestError<E>> {
    match action {
        Action::Continue => Ok(()),
        Action::Delay(duration) => {
            tokio::time::sleep(duration).await;
            Ok(())
        }
        Action::Fail => Err(GuestError::Returned(failure())),
        Action::Kill => {
            let (kind, sequence) = (call.kind.as_str(), call.sequence);
            Err(GuestError::Trap(format_err!("killed by the seam at {kind}, call {sequence} of the request")))
        }
    }
}

/// The request whose task is on the current call stack.
fn current_request(access: &mut Access<'_, GuestState, Guest>) -> Option<Arc<RequestContext>> {
    let tasks: Vec<_> = access.as_context_mut().async_call_stack().ok()?.collect();
    let requests = &access.get().requests;
    tasks.iter().find_map(|task| requests.get(task).cloned())
}
