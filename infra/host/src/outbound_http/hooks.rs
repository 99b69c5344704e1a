//! Where wasmtime's `wasi:http` meets this host: which requests may leave, and on whose behalf.

use std::sync::Arc;

use http::Request;
use wasmtime::component::{Accessor, Resource};
use wasmtime_wasi_http::p3::bindings::http::client;
use wasmtime_wasi_http::p3::bindings::http::types::{Request as WasiRequest, Response as WasiResponse};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttp, WasiHttpCtxView, WasiHttpHooks, WasiHttpView as _,
};

use super::send;
use crate::call::{Caller, Guest};
use crate::component::ComponentRuntime;
use crate::error::GuestError;
use crate::seam::HostCallKind;
use crate::state::GuestState;

type IoResult = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Sent = Result<(http::Response<WasiBody>, IoResult), Error>;

/// The outbound HTTP of one instance.
pub struct HttpHooks {
    component: Arc<ComponentRuntime>,
}

impl HttpHooks {
    /// Sends on behalf of `component`.
    pub fn new(component: Arc<ComponentRuntime>) -> Self {
        Self { component }
    }
}

impl WasiHttpHooks for HttpHooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: IoResult,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let component = self.component.clone();
        Box::new(async move {
            let response = send::send(&component, request, options.unwrap_or_default()).await?;
            Ok((response, Box::new(std::future::ready(Ok(()))) as IoResult))
        })
    }
}

/// `wasi:http/client`, passed through the seam.
pub struct ClientShim;

impl wasmtime::component::HasData for ClientShim {
    type Data<'a> = WasiHttpCtxView<'a>;
}

impl client::HostWithStore<GuestState> for ClientShim {
    async fn send(
        accessor: &Accessor<GuestState, Self>,
        request: Resource<WasiRequest>,
    ) -> Result<Resource<WasiResponse>, wasmtime_wasi::TrappableError<client::ErrorCode>> {
        let guest = accessor.with_getter::<Guest>(|state| state);
        let caller = Caller::of(&guest);
        let url = || guest.with(|mut access| url(access.get(), &request));
        let detail = if caller.is_observed() { url() } else { String::new() };
        let failure = || client::ErrorCode::ConnectionTerminated;
        let inner = accessor.with_getter::<WasiHttp>(GuestState::http);
        let sending = async {
            let sent = <WasiHttp as client::HostWithStore<GuestState>>::send(&inner, request).await;
            sent.map_err(|error| match error.downcast() {
                Ok(code) => GuestError::Returned(code),
                Err(trap) => GuestError::Trap(trap),
            })
        };
        let sent = caller.call(HostCallKind::HttpSend, || detail, failure, sending).await;
        sent.map_err(|error| match error {
            GuestError::Returned(code) => code.into(),
            GuestError::Trap(trap) => wasmtime_wasi::TrappableError::trap(trap),
        })
    }
}

/// Where a request goes, for the seam.
fn url(state: &GuestState, request: &Resource<WasiRequest>) -> String {
    let Ok(request) = state.table.get(request) else { return String::new() };
    let scheme = request.scheme.as_ref().map_or("https", |scheme| scheme.as_str());
    let authority = request.authority.as_ref().map_or("", |authority| authority.as_str());
    let path = request.path_with_query.as_ref().map_or("/", |path| path.as_str());
    format!("{scheme}://{authority}{path}")
}
