//! Storefront reads that are the same for every shopper, kept for a moment.

mod entry;
mod instance;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use commerce_db::Function;
use commerce_db::storefront::Localized;
use commerce_kv::{Key, now_ms};
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_NONE_MATCH, VARY,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;

use crate::answer::{JSON, Page};
use crate::cursor::CursorScope;
use crate::encode::GZIP;
use crate::idempotency::hex;
use crate::{Ctx, Problem, RequestInfo};
use entry::CachedRead;

/// How long an answer may be used in an instance.
const INSTANCE_TTL_MS: u64 = 2_000;

/// How long an answer may be used in the key-value store, counted from the same moment.
const STORE_TTL_MS: u64 = 5_000;

/// The header by which a page of another site may be kept from embedding an answer (Fetch standard).
pub(crate) const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What shoppers' browsers and CDNs may keep. They keep it per URL and so per host; the headers that change an answer
/// otherwise are in `Vary`.
const SHARED: HeaderValue = HeaderValue::from_static("public, max-age=2, stale-while-revalidate=10");
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// A picture may be an SVG: it may style itself and do nothing else.
const PICTURE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");
const VARIES: HeaderValue = HeaderValue::from_static("Accept-Encoding, Accept-Language, Origin, X-Tenant");

/// Where an answer may be kept. The key-value store has no expiry (design §4), so it is given only what there is a bounded
/// number of: a search text or a price bound is anybody's invention, a category's first page is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// In the instance alone.
    Instance,
    /// In the instance and, for other instances, in the key-value store.
    Shared,
}

/// A read that depends on the shop, the function and its input alone.
pub struct Read<'a, I, F> {
    /// What is asked.
    pub function: &'a Function<I, Localized>,
    /// Its input, for languages in order of preference. Once the tenant is known there is one, that of the answer, so that
    /// clients with other preferences share it.
    pub input: F,
    /// The scope of a list's cursors.
    pub cursors: Option<&'a CursorScope>,
    /// Where the answer may be kept.
    pub keep: Keep,
}

impl Ctx {
    /// Answers a read from the instance, the key-value store, or the database, in this order. Answers 304 to a matching
    /// `If-None-Match`.
    ///
    /// # Errors
    /// What the function refuses, or 503 `database_unavailable`. Refusals are not kept.
    pub async fn cached<I, F>(&self, headers: &HeaderMap, read: Read<'_, I, F>) -> Result<Response, Problem>
    where
        I: Serialize,
        F: Fn(Vec<String>) -> I,
    {
        let answer = match self.recall(&read).await? {
            Some(answer) => answer,
            None => self.load(&read).await?,
        };
        Ok(respond(self.info(), headers, &answer))
    }

    async fn recall<I, F>(&self, read: &Read<'_, I, F>) -> Result<Option<Arc<CachedRead>>, Problem>
    where
        I: Serialize,
        F: Fn(Vec<String>) -> I,
    {
        let Some(tenant) = self.tenant() else { return Ok(None) };
        let key = key(read, self.lang(tenant))?;
        let version = tenant.catalog_version;
        if let Some(answer) = instance::get(tenant.id, version, &key, now_ms()) {
            return Ok(Some(answer));
        }
        if read.keep == Keep::Instance {
            return Ok(None);
        }
        let Some(entry) = self.info().store().get(&store_key(tenant.id, &key)).await else { return Ok(None) };
        let Some(answer) = CachedRead::decode(&entry.payload, version) else { return Ok(None) };
        let answer = Arc::new(answer);
        let expires_at_ms = entry.expires_at_ms.min(now_ms() + INSTANCE_TTL_MS);
        instance::put(tenant.id, version, key, expires_at_ms, Arc::clone(&answer));
        Ok(Some(answer))
    }

    async fn load<I, F>(&self, read: &Read<'_, I, F>) -> Result<Arc<CachedRead>, Problem>
    where
        I: Serialize,
        F: Fn(Vec<String>) -> I,
    {
        let read_at_ms = now_ms();
        let langs = self.tenant().map_or_else(|| self.langs(), |tenant| vec![self.lang(tenant).to_owned()]);
        let reply = self.call(read.function, &(read.input)(langs)).await?;
        let page = read.cursors.map(|scope| Page {
            next_cursor: reply.next.as_ref().map(|position| scope.encode(position.get().as_bytes())),
        });
        let answer = CachedRead::new(&reply.lang, reply.data.get().as_bytes(), page.as_ref());
        let answer = Arc::new(answer.ok_or_else(Problem::internal)?);
        if let Some(tenant) = self.tenant() {
            let key = key(read, &reply.lang)?;
            let version = tenant.catalog_version;
            if read.keep == Keep::Shared {
                let payload = answer.encode(version);
                self.info().store().put(&store_key(tenant.id, &key), &payload, read_at_ms + STORE_TTL_MS).await;
            }
            instance::put(tenant.id, version, key, read_at_ms + INSTANCE_TTL_MS, Arc::clone(&answer));
        }
        Ok(answer)
    }
}

/// What was asked, apart from whom: the function and its input, which is the query in one spelling.
fn key<I, F>(read: &Read<'_, I, F>, lang: &str) -> Result<String, Problem>
where
    I: Serialize,
    F: Fn(Vec<String>) -> I,
{
    let input = serde_json::to_string(&(read.input)(vec![lang.to_owned()])).map_err(|_| Problem::internal())?;
    Ok(format!("{}:{input}", read.function.name()))
}

impl RequestInfo {
    /// Answers with content that never changes under its address, such as a picture. `digest` is its SHA-256 in hexadecimal.
    ///
    /// # Errors
    /// When media type or digest is no header value.
    pub fn immutable(
        &self,
        headers: &HeaderMap,
        content_type: &str,
        content: impl Into<Bytes>,
        digest: &str,
    ) -> Result<Response, Problem> {
        let internal = |_| Problem::internal();
        let etag = HeaderValue::from_str(&format!("\"{digest}\"")).map_err(internal)?;
        let content_type = HeaderValue::from_str(content_type).map_err(internal)?;
        let mut response = if is_fresh(headers, &etag) {
            not_modified()
        } else {
            let mut response = Response::new(Body::from(content.into()));
            response.headers_mut().insert(CONTENT_TYPE, content_type);
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, PICTURE_POLICY);
            response
        };
        response.headers_mut().insert(ETAG, etag);
        response.headers_mut().insert(CACHE_CONTROL, FOREVER);
        response.headers_mut().insert(VARY, HeaderValue::from_static("Origin, X-Tenant"));
        // Pages of other origins show it, too; which of them may read its bytes is decided by CORS.
        response.headers_mut().insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
        Ok(response)
    }
}

fn not_modified() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

/// The store bounds the length of its keys, an input does not.
fn store_key(tenant: Uuid, key: &str) -> Key {
    Key::of_tenant(tenant, "read", &hex(&Sha256::digest(key)))
}

fn respond(info: &RequestInfo, request: &HeaderMap, read: &CachedRead) -> Response {
    let mut response = if is_fresh(request, &read.etag) {
        not_modified()
    } else {
        let squeezed = if info.accepts_gzip() { read.gzip(info.request_id()) } else { None };
        let is_gzip = squeezed.is_some();
        let body = squeezed.unwrap_or_else(|| read.envelope.body(info.request_id()));
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(CONTENT_TYPE, JSON);
        response.headers_mut().insert(CONTENT_LANGUAGE, read.lang.clone());
        if is_gzip {
            response.headers_mut().insert(CONTENT_ENCODING, GZIP);
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, read.etag.clone());
    headers.insert(CACHE_CONTROL, SHARED);
    headers.insert(VARY, VARIES);
    response
}

/// Weak comparison, as `If-None-Match` asks for (RFC 9110 §13.1.2).
fn is_fresh(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(own) = etag.to_str().map(bare) else {
        return false;
    };
    let given = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|value| value.split(',')).any(|tag| tag.trim() == "*" || bare(tag) == own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    fn asked(tag: Option<&str>) -> (Response, HeaderValue) {
        let read = CachedRead::new("ar", b"[1]", None).unwrap();
        let mut headers = HeaderMap::new();
        if let Some(tag) = tag {
            headers.insert(IF_NONE_MATCH, tag.parse().unwrap());
        }
        let info = RequestInfo::new(Method::GET, "/".parse().unwrap(), &HeaderMap::new());
        (respond(&info, &headers, &read), read.etag)
    }

    #[test]
    fn an_answer_may_be_shared_and_says_what_it_depends_on() {
        let (response, etag) = asked(None);
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[ETAG], etag);
        assert_eq!(response.headers()[CONTENT_LANGUAGE], "ar");
        assert_eq!(response.headers()[VARY], "Accept-Encoding, Accept-Language, Origin, X-Tenant");
        assert!(response.headers()[CACHE_CONTROL].to_str().unwrap().starts_with("public, max-age=2"));
    }

    #[test]
    fn a_known_answer_is_not_sent_again() {
        let (_, etag) = asked(None);
        let etag = etag.to_str().unwrap();
        for tag in [etag, &format!("\"x\", {etag}"), etag.trim_start_matches("W/"), "*"] {
            assert_eq!(asked(Some(tag)).0.status(), 304, "{tag}");
        }
        assert_eq!(asked(Some("\"x\"")).0.status(), 200);
    }

    #[test]
    fn a_picture_is_kept_for_a_year_and_may_do_nothing() {
        let info = RequestInfo::new(Method::GET, "/".parse().unwrap(), &HeaderMap::new());
        let send = |headers: &HeaderMap| info.immutable(headers, "image/svg+xml", &b"<svg/>"[..], "ab12").unwrap();
        let response = send(&HeaderMap::new());
        assert_eq!(response.headers()[ETAG], "\"ab12\"");
        assert!(response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().ends_with("sandbox"));
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, "\"ab12\"".parse().unwrap());
        assert_eq!(send(&headers).status(), 304);
        assert!(info.immutable(&HeaderMap::new(), "bad\ntype", &b""[..], "ab12").is_err());
    }

    #[test]
    fn the_key_holds_function_input_and_the_answers_language() {
        let read = Read {
            function: &commerce_db::storefront::SHOP,
            input: |langs| commerce_db::storefront::LangsInput { langs },
            cursors: None,
            keep: Keep::Shared,
        };
        assert_eq!(key(&read, "ar").unwrap(), r#"storefront_shop:{"langs":["ar"]}"#);
        assert_ne!(store_key(Uuid::from_u128(1), "k"), store_key(Uuid::from_u128(2), "k"));
    }
}
