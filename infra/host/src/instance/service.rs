//! One request in an instance.

use std::collections::VecDeque;
use std::time::Instant;

use http::{Method, StatusCode};
use wasmtime::AsContextMut as _;
use wasmtime::component::Accessor;
use wasmtime_wasi_http::p3::Request;
use wasmtime_wasi_http::p3::bindings::Service;
use wasmtime_wasi_http::{FieldMap, WasiHttpView as _};

use super::Shared;
use crate::body::Body;
use crate::pool::{Answer, Failure, Job};
use crate::state::GuestState;

/// Calls the guest's handler. The call begins at the event loop's next turn; the future ends with its answer, and yields `began`.
pub fn serve<'a>(
    accessor: &'a Accessor<GuestState>,
    service: &'a Service,
    shared: &'a Shared,
    job: Job,
    began: Instant,
) -> wasmtime::Result<impl Future<Output = Instant> + Send + use<'a>> {
    let Job { request, context, reply } = job;
    let handler = service.wasi_http_handler().func_handle();
    let is_head = request.method() == Method::HEAD;
    let (call, request_io) = accessor.with(|mut store| {
        let (parts, body) = request.into_parts();
        let uri = parts.uri.into_parts();
        let headers = FieldMap::new_immutable(store.get().http().hooks, parts.headers);
        let (request, request_io) =
            Request::new(parts.method, uri.scheme, uri.authority, uri.path_and_query, headers, None, body);
        let request = store.get().table.push(request)?;
        let call = handler.start_call_concurrent(store.as_context_mut(), (request,))?;
        if let Some(context) = context {
            store.get().requests.insert(call.task(), context);
        }
        wasmtime::error::Ok((call, request_io))
    })?;
    Ok(async move {
        let answer: Answer = async {
            let (response,) = handler.finish_call_concurrent(accessor, call).await.map_err(|_| Failure::Ended)?;
            let response = response.map_err(|code| Failure::Returned(format!("{code:?}")))?;
            let converted = accessor.with(|mut store| {
                let response = store.get().table.delete(response)?;
                response.into_http_with_getter(&mut store, request_io, GuestState::http)
            });
            let response = converted.map_err(|error| Failure::Returned(format!("{error:#}")))?;
            let (parts, body) = response.into_parts();
            let body = if is_head || parts.status == StatusCode::NOT_MODIFIED {
                // It may state the length that the content has, and has no bytes: read to its end it would seem cut short.
                Body::begun(VecDeque::new(), body)
            } else {
                let read = shared.gathering.read(body, &shared.settled).await;
                read.map_err(|error| Failure::Returned(error.to_string()))?
            };
            Ok(http::Response::from_parts(parts, body))
        }
        .await;
        // A client that has left needs no answer.
        let _ = reply.send(answer);
        began
    })
}
