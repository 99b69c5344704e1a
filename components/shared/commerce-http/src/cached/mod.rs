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
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    IF_NONE_MATCH, VARY,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;

use crate::answer::{JSON, Page};
use crate::cursor::CursorScope;
use crate::idempotency::hex;
use crate::{Ctx, Problem, RequestInfo};
use entry::CachedRead;

/// How long an answer may be used in an instance.
const INSTANCE_TTL_MS: u64 = 2_000;

/// How long an answer may be used in the key-value store, counted from the same moment.
const STORE_TTL_MS: u64 = 5_000;

/// What shoppers' browsers and CDNs may keep. They keep it per URL and so per host; the headers that change an answer
/// otherwise are in `Vary`.
const SHARED: HeaderValue = HeaderValue::from_static("public, max-age=2, stale-while-revalidate=10");
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// A picture may be an SVG: it may style itself and do nothing else.
const PICTURE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");
const VARIES: HeaderValue = HeaderValue::from_static("Accept-Language, X-Tenant");

impl Ctx {
    /// Answers a read that depends on the shop, the function and its input alone: from the instance, the key-value store, or
    /// the database, in this order. Answers 304 to a matching `If-None-Match`. A list gives the scope of its cursors.
    ///
    /// # Errors
    /// What the function refuses, or 503 `database_unavailable`. Refusals are not kept.
    pub async fn cached<I: Serialize>(
        &self,
        headers: &HeaderMap,
        function: &Function<I, Localized>,
        input: &I,
        cursors: Option<&CursorScope>,
    ) -> Result<Response, Problem> {
        let question = Question::new(function.name(), input)?;
        let read = match self.recall(&question).await {
            Some(read) => read,
            None => self.load(&question, function, input, cursors).await?,
        };
        Ok(respond(self.info(), headers, &read))
    }

    async fn recall(&self, question: &Question) -> Option<Arc<CachedRead>> {
        let tenant = self.tenant()?;
        let key = question.key(tenant.catalog_version);
        let now_ms = now_ms();
        if let Some(read) = instance::get(tenant.id, &key, now_ms) {
            return Some(read);
        }
        let entry = self.info().store().get(&store_key(tenant.id, &key)).await?;
        let read = Arc::new(CachedRead::decode(&entry.payload)?);
        let expires_at_ms = entry.expires_at_ms.min(now_ms + INSTANCE_TTL_MS);
        instance::put(tenant.id, key, expires_at_ms, Arc::clone(&read));
        Some(read)
    }

    async fn load<I: Serialize>(
        &self,
        question: &Question,
        function: &Function<I, Localized>,
        input: &I,
        cursors: Option<&CursorScope>,
    ) -> Result<Arc<CachedRead>, Problem> {
        let read_at_ms = now_ms();
        let answer = self.call(function, input).await?;
        let page = cursors.map(|scope| Page {
            next_cursor: answer.next.as_ref().map(|position| scope.encode(position.get().as_bytes())),
        });
        let read = CachedRead::new(&answer.lang, answer.data.get().as_bytes(), page.as_ref());
        let read = Arc::new(read.ok_or_else(Problem::internal)?);
        if let Some(tenant) = self.tenant() {
            let key = question.key(tenant.catalog_version);
            let store_key = store_key(tenant.id, &key);
            instance::put(tenant.id, key, read_at_ms + INSTANCE_TTL_MS, Arc::clone(&read));
            self.info().store().put(&store_key, &read.encode(), read_at_ms + STORE_TTL_MS).await;
        }
        Ok(read)
    }
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
        response.headers_mut().insert(VARY, HeaderValue::from_static("X-Tenant"));
        Ok(response)
    }
}

fn not_modified() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

/// What was asked, apart from whom: the function and its input, which is the query in one spelling.
struct Question {
    function: &'static str,
    input: String,
}

impl Question {
    fn new(function: &'static str, input: &impl Serialize) -> Result<Self, Problem> {
        let input = serde_json::to_string(input).map_err(|_| Problem::internal())?;
        Ok(Self { function, input })
    }

    /// An answer of an older catalogue has another key.
    fn key(&self, catalog_version: i64) -> String {
        format!("{}:{catalog_version}:{}", self.function, self.input)
    }
}

/// The store bounds the length of its keys, an input does not.
fn store_key(tenant: Uuid, key: &str) -> Key {
    Key::of_tenant(tenant, "read", &hex(&Sha256::digest(key)))
}

fn respond(info: &RequestInfo, request: &HeaderMap, read: &CachedRead) -> Response {
    let fresh = is_fresh(request, &read.etag);
    let mut response =
        if fresh { not_modified() } else { Response::new(Body::from(read.envelope.body(info.request_id()))) };
    let headers = response.headers_mut();
    if !fresh {
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(CONTENT_LANGUAGE, read.lang.clone());
    }
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
        assert_eq!(response.headers()[VARY], "Accept-Language, X-Tenant");
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
    fn the_key_holds_catalogue_and_input() {
        let question = Question::new("products", &["ar"]).unwrap();
        assert_eq!(question.key(3), r#"products:3:["ar"]"#);
        assert_ne!(store_key(Uuid::from_u128(1), "k"), store_key(Uuid::from_u128(2), "k"));
    }
}
