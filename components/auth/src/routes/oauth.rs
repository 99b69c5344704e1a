//! `/oauth`: sign-in with others.

use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use commerce_app::external::{
    self, Arrival, Arrived, Brought, Callback, ExternalError, ProviderWord, STATE_TTL_S, Start, Who,
};
use commerce_app::identity::sign_in::{Outcome, SecondFactor};
use commerce_app::identity::{Keys, Origin, now};
use commerce_db::auth::{self, ProvidersInput};
use commerce_domain::{AccountKind, CartId};
use commerce_http::openapi::Described;
use commerce_http::{
    AccessCookie, Ctx, Form, JsonBody, NoParams, PathId, PathParam, Problem, Query, RateLimit, RefreshCookie, codes,
    read_cookie, set_cookie,
};
use commerce_identity::external::BrowserKey;
use commerce_identity::token::MAX_TOKEN_LEN;
use http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::params::bounded;
use crate::origin::{self, ClientOrigin, Transport};
use crate::{grant, identifier, prefix, problem};

/// The cookie that binds a run to its browser. `SameSite=None`, since some providers post the answer from a page of theirs; what it proves is
/// that the state was made for it, whoever makes the request.
const BROWSER: &str = "__Host-wasla_oauth";
/// Most characters of a page's path.
const MAX_RETURN_TO: usize = 500;
/// Most characters of a provider's name.
const MAX_NAME: usize = 40;

/// `{provider}`: the name of a row.
pub struct ProviderName(pub String);

impl PathParam for ProviderName {
    const NAME: &'static str = "provider";
    const PATTERN: &'static str = "^[a-z0-9-]{1,40}$";
    const NOT_FOUND: &'static str = "provider_not_found";

    fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let name = (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(fits);
        name.then(|| Self(text.to_owned()))
    }
}

/// The browser's key from an earlier run, or from the beginning of this one.
pub struct Browser(Option<BrowserKey>);

impl Described for Browser {}

impl FromRequestParts<AccountKind> for Browser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AccountKind) -> Result<Self, Problem> {
        let text = read_cookie(&parts.headers, BROWSER).ok().flatten();
        Ok(Self(text.and_then(|text| BrowserKey::parse(&text))))
    }
}

/// What a run begins with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OauthStart)]
pub struct StartQuery {
    return_to: Option<String>,
    cart_id: Option<CartId>,
}

/// What a provider sends back (OpenID Connect Core §3.1.2.5, RFC 9207). Providers add what they like.
#[derive(Deserialize, ToSchema)]
pub struct ProviderAnswer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
    /// Apple, at the first sign-in alone: JSON with the name.
    user: Option<String>,
}

/// Apple's `user`.
#[derive(Default, Deserialize)]
struct AppleUser {
    #[serde(default)]
    name: AppleName,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AppleName {
    first_name: String,
    last_name: String,
}

/// A token that is brought.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProviderToken)]
pub struct TokenBody {
    token: String,
    cart_id: Option<CartId>,
}

/// A code is on its way to the e-mail that the provider told: `otp/verify` goes on.
#[derive(Serialize, ToSchema)]
#[schema(as = CodeSent)]
pub struct CodeSentView {
    status: &'static str,
    challenge_id: Uuid,
    expires_in: u32,
}

/// `GET /oauth`: with whom one can sign in here.
pub async fn list_providers(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let found = ctx.call(&auth::PROVIDERS, &ProvidersInput { kind }).await?;
    ctx.success(StatusCode::OK, &found.providers)
}

/// `GET /oauth/{provider}/start`: sends the browser to the provider. With `return_to`, a path of this shop, the session begins in cookies and
/// the browser goes there; without it, the callback answers like a login.
pub async fn begin(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    PathId(ProviderName(provider)): PathId<ProviderName>,
    Browser(browser): Browser,
    ClientOrigin(origin): ClientOrigin,
    headers: HeaderMap,
    Query(query): Query<StartQuery>,
) -> Result<Response, Problem> {
    identifier::cart(kind, query.cart_id)?;
    if query.cart_id.is_some() {
        // A link on another site must not put its own cart into somebody's hands.
        RefreshCookie::check_origin(&headers)?;
    }
    if let Some(page) = &query.return_to {
        check_page(page)?;
    }
    let redirect_uri = format!("{}{}/oauth/{provider}/callback", ctx.public_origin().await?, prefix(kind));
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let StartQuery { return_to, cart_id } = query;
    let device = origin.device;
    let start = Start { kind, provider: &provider, redirect_uri, return_to, cart_id, device, browser, now: now() };
    let context = ctx.context();
    let started = ctx.run(external::start(&context, &keys, start)).await.map_err(problem::of_external)?;
    let mut response = see_other(&started.location)?;
    let cookie = set_cookie(BROWSER, &started.browser.to_text(), "/", "None", STATE_TTL_S.into())?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// `GET /oauth/{provider}/callback`: the browser comes back.
pub async fn come_back(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    PathId(name): PathId<ProviderName>,
    browser: Browser,
    ClientOrigin(origin): ClientOrigin,
    Query(answer): Query<ProviderAnswer>,
) -> Result<Response, Problem> {
    arrive(kind, &ctx, &name, browser, &origin, answer).await
}

/// `POST /oauth/{provider}/callback`: the same, posted by a page of the provider (`response_mode=form_post`).
pub async fn come_back_by_form(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    PathId(name): PathId<ProviderName>,
    browser: Browser,
    ClientOrigin(origin): ClientOrigin,
    Form(answer): Form<ProviderAnswer>,
) -> Result<Response, Problem> {
    arrive(kind, &ctx, &name, browser, &origin, answer).await
}

/// `POST /oauth/{provider}/token`: signs in by a token that the client got from the issuer itself (Clerk).
pub async fn bring_token(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    PathId(ProviderName(provider)): PathId<ProviderName>,
    transport: Transport,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<TokenBody>,
) -> Result<Response, Problem> {
    let TokenBody { token, cart_id } = body.value;
    let cart = identifier::cart(kind, cart_id)?;
    let brought = Brought { provider: &provider, token: bounded("token", &token, MAX_TOKEN_LEN)? };
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let (context, locale) = (ctx.context(), origin::locale(&ctx));
    let who = Who { kind, context: &context, origin: &origin, locale: locale.as_deref(), cart, now: now() };
    let arrived = ctx.run(external::bring(&keys, brought, who)).await.map_err(problem::of_external)?;
    answer_with(&ctx, &arrived, kind, transport)
}

async fn arrive(
    kind: AccountKind,
    ctx: &Ctx,
    ProviderName(provider): &ProviderName,
    Browser(browser): Browser,
    origin: &Origin,
    answer: ProviderAnswer,
) -> Result<Response, Problem> {
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let state = answer.state.as_deref().ok_or_else(|| problem::of_external(ExternalError::State))?;
    let issuer = answer.iss.as_deref();
    let callback = Callback { kind, provider, browser: browser.as_ref(), state, issuer, origin, now: now() };
    let context = ctx.context();
    let run = ctx.run(external::call_back(&context, &keys, callback)).await.map_err(problem::of_external)?;

    let (context, locale) = (ctx.context(), origin::locale(ctx));
    let cart = identifier::cart(kind, run.cart_id())?;
    let who = Who { kind, context: &context, origin, locale: locale.as_deref(), cart, now: now() };
    let user: Option<AppleUser> = answer.user.and_then(|user| serde_json::from_str(&user).ok());
    let names = user.as_ref().map(|user| [user.name.first_name.as_str(), user.name.last_name.as_str()]);
    let word = match (&answer.code, &answer.error) {
        (_, Some(_)) => ProviderWord::Declined,
        (Some(code), None) => ProviderWord::Code(code, names),
        (None, None) => ProviderWord::Nothing,
    };
    let arrived = run.finish(&keys, word, who).await.map_err(problem::of_external);
    match run.return_to() {
        None => answer_with(ctx, &arrived?, kind, Transport::Body),
        Some(page) => go_on(page, arrived, kind),
    }
}

/// Answers like a login.
fn answer_with(ctx: &Ctx, arrived: &Arrived, kind: AccountKind, transport: Transport) -> Result<Response, Problem> {
    let mut response = match &arrived.arrival {
        Arrival::Proved(outcome) => grant::outcome(ctx, outcome, kind, transport)?,
        Arrival::CodeSent { challenge_id, expires_in } => {
            let view = CodeSentView { status: "code_sent", challenge_id: *challenge_id, expires_in: *expires_in };
            ctx.success(StatusCode::OK, &view)?
        }
    };
    if let Some(rate) = arrived.rate {
        RateLimit::from(rate).apply(response.headers_mut());
    }
    Ok(response)
}

/// Sends the browser on to the shop's page. What the page must know stands in the fragment, which no server and no `Referer` sees.
fn go_on(page: &str, arrived: Result<Arrived, Problem>, kind: AccountKind) -> Result<Response, Problem> {
    let arrival = arrived.map(|arrived| arrived.arrival);
    let told = match &arrival {
        Ok(Arrival::Proved(Outcome::SignedIn(grant))) => {
            format!("status=signed_in&csrf_token={}", AccessCookie::csrf_token(&grant.access_token))
        }
        Ok(Arrival::Proved(Outcome::SecondFactor(SecondFactor { ticket, methods, .. }))) => {
            format!("status=second_factor_required&ticket={ticket}&methods={}", methods.join(","))
        }
        Ok(Arrival::CodeSent { challenge_id, .. }) => format!("status=code_sent&challenge_id={challenge_id}"),
        Err(problem) => format!("error={}", problem.code()),
    };
    let mut response = see_other(&format!("{page}#{told}"))?;
    if let Ok(Arrival::Proved(Outcome::SignedIn(grant))) = &arrival {
        grant::set_cookies(response.headers_mut(), grant, kind)?;
    }
    Ok(response)
}

/// Refuses whatever leads away from this shop, or into what follows the path.
fn check_page(page: &str) -> Result<(), Problem> {
    let own = page.starts_with('/') && !page.starts_with("//");
    let plain = page.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'\\'));
    match own && plain && page.len() <= MAX_RETURN_TO {
        true => Ok(()),
        false => Err(Problem::field("return_to", "invalid", codes::title("invalid"))),
    }
}

fn see_other(location: &str) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(location).map_err(|_| Problem::internal())?;
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_path_of_this_shop() {
        for page in ["/", "/account?tab=orders", "/ar/%D8%A7"] {
            assert!(check_page(page).is_ok(), "{page}");
        }
        let long = format!("/{}", "x".repeat(MAX_RETURN_TO));
        for page in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a#b",
            "/a b",
            "/ا",
            "/\n",
            &long,
        ] {
            assert_eq!(check_page(page).unwrap_err().status(), 422, "{page}");
        }
    }

    #[test]
    fn a_providers_name_is_plain() {
        assert!(ProviderName::parse("google").is_some() && ProviderName::parse("my-id-2").is_some());
        for name in ["", "Google", "a/b", "a.b", "%20", &"x".repeat(41)] {
            assert!(ProviderName::parse(name).is_none(), "{name}");
        }
    }
}
