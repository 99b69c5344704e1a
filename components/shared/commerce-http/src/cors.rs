//! Pages of other origins (the Fetch standard's CORS protocol), per shop (SEC-02): its own hosts and those of its settings' `cors_origins`.
//!
//! Answers never allow credentials. The cookies of a session count on the very host that set them (`caller::cookie`): other sites' requests do not
//! carry them, and unsafe ones of another origin are refused. A page elsewhere signs in for a token and sends it as `Authorization`.

use commerce_domain::WebOrigin;
use commerce_tenancy::TenantView;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, HOST, ORIGIN,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};

use crate::variables::{self, Variable};
use crate::{Ctx, Problem, vary};

/// What a page may send beside what every page may: all that the API reads.
const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static(
    "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, X-Tenant, \
     traceparent, tracestate",
);

/// What a page may read beside what every page may: all that the API tells.
const ANSWER_HEADERS: HeaderValue =
    HeaderValue::from_static("ETag, Idempotent-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id");

/// Seconds for which a browser need not ask again; Chromium keeps no longer. An origin that is taken off the list reads nothing from then on: each
/// answer is decided by itself.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// A request that a page of another origin may have made.
#[derive(Debug)]
pub(crate) struct Page {
    origin: HeaderValue,
    ctx: Ctx,
}

impl Page {
    /// The page behind a request to a shop's API; `None` for what browsers do not bring from elsewhere, and for what is no page's matter.
    pub async fn of(parts: &Parts) -> Option<Self> {
        let origin = parts.headers.get(ORIGIN)?;
        if !is_for_pages(parts.uri.path()) || is_own_page(parts, origin) {
            return None;
        }
        let ctx = Ctx::without_langs(parts).await.ok()?;
        Some(Self { origin: origin.clone(), ctx })
    }

    /// Lets the page read the answer, if the shop trusts its origin. Costs a statement when neither a cache nor the request itself has told the tenant.
    pub async fn admit(&self, headers: &mut HeaderMap) {
        vary::on(headers, "Origin");
        let Ok(tenant) = self.ctx.require_tenant().await else { return };
        if trusts(&tenant, &self.origin, &self.ctx).await {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, self.origin.clone());
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, ANSWER_HEADERS);
        }
    }
}

/// Whether a browser asks what a page of another origin may do here.
pub(crate) fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(ORIGIN)
        && parts.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        && is_for_pages(parts.uri.path())
}

/// A preflight of an origin that the shop trusts; `None` for one of an origin that it does not trust, which learns nothing of the route.
///
/// # Errors
/// 404 where there is no open shop, as for every request to it; 503 `database_unavailable`.
pub(crate) async fn preflight(parts: &Parts) -> Result<Option<Trusted>, Problem> {
    let ctx = Ctx::without_langs(parts).await?;
    let tenant = ctx.require_tenant().await?;
    if !tenant.active {
        return Err(Problem::not_found("shop_paused"));
    }
    let Some(origin) = parts.headers.get(ORIGIN) else { return Ok(None) };
    Ok(trusts(&tenant, origin, &ctx).await.then(|| Trusted(origin.clone())))
}

/// An origin that may ask.
pub(crate) struct Trusted(HeaderValue);

impl Trusted {
    /// Answers what may be sent where the router allows these methods.
    pub fn answer(self, headers: &mut HeaderMap) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, self.0);
        if let Some(methods) = headers.remove(ALLOW) {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
            headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        }
    }
}

/// The API of shops. Jobs and webhooks have other callers than browsers, what is told of the system is nobody's shop, and the pages
/// for people's accounts are read where they are.
fn is_for_pages(path: &str) -> bool {
    let others = ["/api/v1/webhooks/", "/api/v1/system/"];
    path.starts_with("/api/") && !others.iter().any(|prefix| path.starts_with(prefix)) && !path.ends_with("/webhook")
}

/// Whether the page comes from the very host that it calls: its browser asks nothing of the answer.
fn is_own_page(parts: &Parts, origin: &HeaderValue) -> bool {
    let authority = parts.uri.authority().map(|authority| authority.as_str().as_bytes());
    let host = authority.or_else(|| parts.headers.get(HOST).map(HeaderValue::as_bytes));
    let from = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, from)| from.as_bytes());
    from.is_some_and(|from| host.is_some_and(|host| from.eq_ignore_ascii_case(host)))
}

/// Whether pages of an origin may call the shop: its own hosts, at this deployment's port, and those on its list.
async fn trusts(tenant: &TenantView, origin: &HeaderValue, ctx: &Ctx) -> bool {
    let Some(given) = origin.to_str().ok().filter(|text| !text.is_empty()) else { return false };
    // What a browser sends is in canonical spelling; what is not was made by something else.
    let Some(origin) = WebOrigin::parse(given).ok().filter(|origin| origin.as_str() == given) else { return false };
    if tenant.cors_origins.iter().any(|trusted| trusted == given) {
        return tenant.active;
    }
    let Ok(base_domain) = variables::text(Variable::BaseDomain).await else { return false };
    tenant.active && is_own_host(tenant, &origin, &base_domain, ctx.info().uri().port_u16())
}

fn is_own_host(tenant: &TenantView, origin: &WebOrigin, base_domain: &str, port: Option<u16>) -> bool {
    let host = origin.host();
    let under_base = host.strip_prefix(&*tenant.slug).and_then(|rest| rest.strip_prefix('.'));
    let own = under_base.is_some_and(|base| base.eq_ignore_ascii_case(base_domain.trim_end_matches('.')))
        || tenant.domains.iter().any(|domain| domain == host);
    own && origin.port().is_none_or(|given| Some(given) == port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(active: bool) -> TenantView {
        serde_json::from_value(serde_json::json!({
            "id": "01900000-0000-7000-8000-000000000001", "slug": "qahwa", "name": {"ar": "قهوة"}, "locale": "ar",
            "locales": ["ar"], "currency": "SAR", "timezone": "Asia/Riyadh", "country": "SA",
            "tax": {"rate_bp": 1500, "included": true}, "show_available": true, "catalog_version": 3, "active": active,
            "domains": ["qahwa.example"], "cors_origins": ["https://www.example.com"],
        }))
        .unwrap()
    }

    fn is_own(origin: &str, port: Option<u16>) -> bool {
        is_own_host(&view(true), &WebOrigin::parse(origin).unwrap(), "wasla.test", port)
    }

    #[test]
    fn a_shops_own_hosts_are_its_slug_under_the_base_domain_and_its_domains() {
        assert!(is_own("https://qahwa.wasla.test", None) && is_own("https://qahwa.example", Some(3000)));
        assert!(is_own("https://qahwa.example:8443", Some(8443)));
        for origin in [
            "https://moda.wasla.test",
            "https://wasla.test",
            "https://qahwa.wasla.test.evil.example",
            "https://evilqahwa.wasla.test",
            "https://a.qahwa.example",
            "https://qahwa.example.evil.example",
            "https://qahwa.example:8443",
        ] {
            assert!(!is_own(origin, None), "{origin}");
        }
    }

    #[test]
    fn only_the_api_of_shops_is_for_pages() {
        for path in ["/api/v1/storefront/products", "/api/v1/auth/login", "/api/v1/tenants/me", "/api/auth/token/"] {
            assert!(is_for_pages(path), "{path}");
        }
        for path in [
            "/internal/jobs/payments/reconcile",
            "/api/v1/webhooks/payments/moyasar/x",
            "/api/v1/storefront/auth/oauth/clerk/webhook",
            "/api/v1/system/info",
            "/health",
            "/account/login",
            "/.well-known/jwks.json",
        ] {
            assert!(!is_for_pages(path), "{path}");
        }
    }

    #[test]
    fn a_page_of_the_host_itself_asks_for_nothing() {
        let request = |uri: &str, host: &str, origin: &str| {
            let request = http::Request::get(uri).header(HOST, host).header(ORIGIN, origin);
            let parts = request.body(()).unwrap().into_parts().0;
            is_own_page(&parts, &parts.headers[ORIGIN])
        };
        assert!(request("http://qahwa.test:3000/", "qahwa.test:3000", "https://QAHWA.test:3000"));
        assert!(request("/", "qahwa.test", "https://qahwa.test"));
        assert!(!request("/", "qahwa.test", "https://qahwa.test:8443"));
        assert!(!request("/", "qahwa.test", "null"));
    }
}
