//! A request to one shop.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use bytes::Bytes;
use commerce_db::members::Outdated;
use commerce_db::{Actor, CallContext, Function, tenants};
use commerce_kv::now_ms;
use commerce_tenancy::{Selector, TenantCache, TenantView};
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::caller::Principal;
use crate::variables::{self, Variable};
use crate::{Problem, RequestInfo, langs};

/// A request that names exactly one tenant. The tenant's view is there at once when a cache has it; otherwise the first call
/// resolves it in its own statement, or refuses with 404 `tenant_not_found`.
#[derive(Clone, Debug)]
pub struct Ctx {
    info: RequestInfo,
    selector: Arc<Selector>,
    langs: Vec<String>,
    caller: Option<Principal>,
    reason: Option<Arc<str>>,
}

/// What the platform's own host serves beside the routes whose gate is [`crate::Platform`]: its people sign in there as staff do at a shop's.
/// Everything else is a shop's, and the platform is none.
const SIGN_IN: [&str; 4] = ["/api/v1/auth/", "/api/auth/token/", "/accounts/", "/accounts"];

impl Ctx {
    /// What every request has.
    #[must_use]
    pub fn info(&self) -> &RequestInfo {
        &self.info
    }

    /// The client's languages, most preferred first.
    #[must_use]
    pub fn langs(&self) -> Vec<String> {
        self.langs.clone()
    }

    /// The language that answers come in: the first of the client's that the shop speaks, else the shop's own.
    pub(crate) fn lang<'a>(&self, tenant: &'a TenantView) -> &'a str {
        let spoken = |lang: &String| tenant.locales.iter().find(|spoken| *spoken == lang);
        self.langs.iter().find_map(spoken).unwrap_or(&tenant.locale)
    }

    /// The tenant, once it is known: from a cache, or after the first call.
    #[must_use]
    pub fn tenant(&self) -> Option<&Arc<TenantView>> {
        self.info.tenant()
    }

    /// The tenant; costs a statement when no cache has it. For what must know the tenant before its first call.
    ///
    /// # Errors
    /// 404 `tenant_not_found`, or what the database answers.
    pub async fn require_tenant(&self) -> Result<Arc<TenantView>, Problem> {
        if let Some(view) = self.tenant() {
            return Ok(Arc::clone(view));
        }
        let read_at_ms = now_ms();
        let reply = tenants::TENANT_OF.call(&self.context(), &commerce_db::system::NoInput {}).await?;
        if let Some(view) = reply.value {
            self.learn(read_at_ms, view.get().as_bytes()).await;
        }
        self.tenant().cloned().ok_or_else(|| Problem::not_found("tenant_not_found"))
    }

    /// The context of the request's database calls.
    #[must_use]
    pub fn context(&self) -> CallContext {
        let mut context = self.info.context(self.caller.as_ref().map_or(Actor::Guest, Principal::actor));
        context.session = self.caller.as_ref().and_then(Principal::session);
        context.key = self.caller.as_ref().and_then(Principal::key);
        context.platform = self.is_platform();
        context.reason = self.reason.as_deref().map(str::to_owned);
        match self.tenant() {
            Some(view) => context.tenant_id = Some(view.id),
            None => self.selector.apply(&mut context),
        }
        context
    }

    /// Calls a database function for this shop: one statement.
    ///
    /// # Errors
    /// What the function refuses, or 503 `database_unavailable`.
    pub async fn call<I, O>(&self, function: &Function<I, O>, input: &I) -> Result<O, Problem>
    where
        I: Serialize,
        O: DeserializeOwned,
    {
        let read_at_ms = now_ms();
        let reply = function.call(&self.context(), input).await?;
        if let Some(rate) = reply.rate {
            self.info.set_rate(rate);
        }
        if let Some(view) = reply.tenant {
            self.learn(read_at_ms, &view).await;
        }
        Ok(reply.value)
    }

    /// Runs a use-case of several statements. It gives back the tenant's view when its first call had to find the tenant.
    ///
    /// # Errors
    /// Those of the use-case.
    pub async fn run<T, E>(&self, use_case: impl Future<Output = Result<(T, Option<Bytes>), E>>) -> Result<T, E> {
        let read_at_ms = now_ms();
        let (value, view) = use_case.await?;
        if let Some(view) = view {
            self.learn(read_at_ms, &view).await;
        }
        Ok(value)
    }

    /// The shop's public origin as this request knows it, for links back: the variable `public_url` with the request's host.
    ///
    /// # Errors
    /// When the variable cannot be read.
    pub async fn public_origin(&self) -> Result<String, Problem> {
        let template = variables::text(Variable::PublicUrl).await?;
        let host = self.info.uri().authority().map(|authority| authority.as_str()).unwrap_or_default();
        Ok(template.replace("{host}", host))
    }

    /// An answer in the envelope of ruling C-13.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn success(&self, status: StatusCode, data: &impl Serialize) -> Result<Response, Problem> {
        self.info.success(status, data)
    }

    /// Puts sessions of this shop that a statement has ended on the blacklist, so that they are refused without a question to the database.
    pub async fn revoke(&self, ended: impl IntoIterator<Item = Uuid>) {
        if let Some(tenant) = self.tenant() {
            crate::caller::revoke(tenant.id, ended).await;
        }
    }

    /// Notes whose tokens a statement has made out of date, so that a request that such a token does not permit is answered by 401 and
    /// not by 403.
    pub async fn outdate(&self, members: impl IntoIterator<Item = Outdated>) {
        if let Some(tenant) = self.tenant() {
            crate::caller::outdate(tenant.id, members).await;
        }
    }

    /// The same request, its calls made on behalf of a caller.
    pub(crate) fn on_behalf_of(&self, caller: impl Into<Principal>) -> Self {
        let caller = caller.into();
        self.info.set_actor(caller.actor());
        Self { caller: Some(caller), ..self.clone() }
    }

    /// The same request, with the reason that is written down beside what it does.
    pub(crate) fn because(&self, reason: Arc<str>) -> Self {
        Self { reason: Some(reason), ..self.clone() }
    }

    /// Whether it is the platform itself that the request names.
    pub(crate) fn is_platform(&self) -> bool {
        self.selector.names_platform()
    }

    /// A request to the platform itself, and to no shop.
    pub(crate) async fn at_platform(parts: &Parts) -> Result<Self, Problem> {
        let ctx = Self::with_langs(parts).await.map_err(|_| Problem::not_found("not_found"))?;
        if ctx.is_platform() { Ok(ctx) } else { Err(Problem::not_found("not_found")) }
    }

    /// The shop that a request names, whatever language it asks for.
    ///
    /// # Errors
    /// 404 `tenant_not_found` when it names none, or several.
    pub(crate) async fn without_langs(parts: &Parts) -> Result<Self, Problem> {
        let info = RequestInfo::of(parts)?;
        let base_domain = variables::text(Variable::BaseDomain).await?;
        let selector = Selector::from_parts(parts, &base_domain).map_err(|_| Problem::not_found("tenant_not_found"))?;
        if let Some(view) = TenantCache::find(info.store(), &selector).await {
            info.set_tenant(view);
        }
        Ok(Self { info, selector: Arc::new(selector), langs: Vec::new(), caller: None, reason: None })
    }

    async fn with_langs(parts: &Parts) -> Result<Self, Problem> {
        let ctx = Self::without_langs(parts).await?;
        Ok(Self { langs: langs::from_parts(parts)?, ..ctx })
    }

    async fn learn(&self, read_at_ms: u64, view: &[u8]) {
        if let Some(view) = TenantCache::learn(self.info.store(), &self.selector, read_at_ms, view).await {
            self.info.set_tenant(view);
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Ctx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let ctx = Self::with_langs(parts).await?;
        let served = SIGN_IN.iter().any(|prefix| {
            let path = ctx.info.path();
            if prefix.ends_with('/') { path.starts_with(prefix) } else { path == *prefix }
        });
        if ctx.is_platform() && !served { Err(Problem::not_found("tenant_not_found")) } else { Ok(ctx) }
    }
}
