//! What the links of letters lead to, and the page that asks for one. A letter does not say whose link it carries: what is none of the
//! page's own people is tried as the other's, so one address serves both.

use axum::extract::State;
use axum::response::Response;
use commerce_app::identity::Origin;
use commerce_db::auth::VerifyPurpose;
use commerce_domain::AccountKind;
use commerce_http::{Ctx, Form as Posted, NoParams, Problem, Query, RefreshCookie};
use http::HeaderMap;
use serde::Deserialize;

use super::page::{Field, Form, Page};
use super::prefix;
use super::words::Words;
use crate::origin::ClientOrigin;
use crate::routes::invitations::{self, AcceptedInvitation};
use crate::routes::{passwords, registration};

/// A link's token and a password.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    token: String,
    password: String,
}

/// Whose password is forgotten.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forgetful {
    email: String,
}

/// An invitation's token; the rest is for whoever has no account yet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invited {
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    given_name: String,
    #[serde(default)]
    family_name: String,
}

/// `GET …/verify-email`
pub async fn show_verify(ctx: Ctx, State(kind): State<AccountKind>, _: Query<NoParams>) -> Result<Response, Problem> {
    verify_form(&ctx, kind, "").await?.0.show()
}

/// `POST …/verify-email`: finishes a registration.
pub async fn verify(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    ClientOrigin(origin): ClientOrigin,
    headers: HeaderMap,
    Posted(given): Posted<Given>,
) -> Result<Response, Problem> {
    let mut whose = kind;
    let mut done = RefreshCookie::check_origin(&headers);
    if done.is_ok() {
        done = prove(&ctx, kind, &origin, &given).await;
        if is_of_others(&done) {
            whose = others(kind);
            done = prove(&ctx, whose, &origin, &given).await;
        }
    }
    match done {
        Ok(()) => told(&ctx, whose, |words| words.verify, |words| words.verified).await,
        Err(problem) => {
            let (page, words) = verify_form(&ctx, kind, &given.token).await?;
            page.refuse(words, problem)
        }
    }
}

async fn verify_form(ctx: &Ctx, kind: AccountKind, token: &str) -> Result<(Page, &'static Words), Problem> {
    let (page, words) = Page::new(ctx, |words| words.verify).await?;
    let fields =
        vec![token_field(words, token), Field::latin("password", words.password, "password", "current-password")];
    let form = Form::new(format!("{}/verify-email", prefix(kind)), fields, words.verify);
    Ok((page.tell(words.chosen_password).form(form), words))
}

/// `GET …/forgot-password`
pub async fn show_forgot(ctx: Ctx, State(kind): State<AccountKind>, _: Query<NoParams>) -> Result<Response, Problem> {
    forgot_form(&ctx, kind, "").await?.0.show()
}

/// `POST …/forgot-password`
pub async fn forgot(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    ClientOrigin(origin): ClientOrigin,
    headers: HeaderMap,
    Posted(given): Posted<Forgetful>,
) -> Result<Response, Problem> {
    let asked = match RefreshCookie::check_origin(&headers) {
        Ok(()) => passwords::ask(&ctx, kind, &origin, &given.email).await.map(drop),
        Err(problem) => Err(problem),
    };
    match asked {
        Ok(()) => told(&ctx, kind, |words| words.forgot, |words| words.letter_sent).await,
        Err(problem) => {
            let (page, words) = forgot_form(&ctx, kind, &given.email).await?;
            page.refuse(words, problem)
        }
    }
}

async fn forgot_form(ctx: &Ctx, kind: AccountKind, email: &str) -> Result<(Page, &'static Words), Problem> {
    let (page, words) = Page::new(ctx, |words| words.forgot).await?;
    let fields = vec![Field::latin("email", words.email, "email", "username").holding(email)];
    let form = Form::new(format!("{}/forgot-password", prefix(kind)), fields, words.send_link);
    Ok((page.form(form).link(kind, "/login", words.sign_in), words))
}

/// `GET …/reset-password`
pub async fn show_reset(ctx: Ctx, State(kind): State<AccountKind>, _: Query<NoParams>) -> Result<Response, Problem> {
    reset_form(&ctx, kind, "").await?.0.show()
}

/// `POST …/reset-password`
pub async fn reset(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    ClientOrigin(origin): ClientOrigin,
    headers: HeaderMap,
    Posted(given): Posted<Given>,
) -> Result<Response, Problem> {
    let mut whose = kind;
    let mut done = RefreshCookie::check_origin(&headers);
    if done.is_ok() {
        done = passwords::set(&ctx, kind, &origin, &given.token, &given.password).await;
        if is_of_others(&done) {
            whose = others(kind);
            done = passwords::set(&ctx, whose, &origin, &given.token, &given.password).await;
        }
    }
    match done {
        Ok(()) => told(&ctx, whose, |words| words.reset, |words| words.password_set).await,
        Err(problem) => {
            let (page, words) = reset_form(&ctx, kind, &given.token).await?;
            page.refuse(words, problem)
        }
    }
}

async fn reset_form(ctx: &Ctx, kind: AccountKind, token: &str) -> Result<(Page, &'static Words), Problem> {
    let (page, words) = Page::new(ctx, |words| words.reset).await?;
    let fields =
        vec![token_field(words, token), Field::latin("password", words.new_password, "password", "new-password")];
    Ok((page.form(Form::new(format!("{}/reset-password", prefix(kind)), fields, words.set_password)), words))
}

/// `GET …/invitation`
pub async fn show_invitation(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    invitation_form(&ctx, kind, "").await?.0.show()
}

/// `POST …/invitation`: invited are staff, wherever the link leads.
pub async fn accept(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    ClientOrigin(origin): ClientOrigin,
    headers: HeaderMap,
    Posted(given): Posted<Invited>,
) -> Result<Response, Problem> {
    let accepted = match RefreshCookie::check_origin(&headers) {
        Ok(()) => join(&ctx, &origin, &given).await,
        Err(problem) => Err(problem),
    };
    match accepted {
        Ok(()) => told(&ctx, AccountKind::Staff, |words| words.invitation, |words| words.joined).await,
        Err(problem) => {
            let (page, words) = invitation_form(&ctx, kind, &given.token).await?;
            page.refuse(words, problem)
        }
    }
}

async fn join(ctx: &Ctx, origin: &Origin, given: &Invited) -> Result<(), Problem> {
    let body = AcceptedInvitation::new(&given.token, &given.password, &given.given_name, &given.family_name);
    invitations::join(ctx, origin, body).await.map(drop)
}

async fn invitation_form(ctx: &Ctx, kind: AccountKind, token: &str) -> Result<(Page, &'static Words), Problem> {
    let (page, words) = Page::new(ctx, |words| words.invitation).await?;
    let fields = vec![
        token_field(words, token),
        Field::text("given_name", words.given_name, "given-name"),
        Field::text("family_name", words.family_name, "family-name"),
        Field::latin("password", words.password, "password", "new-password").optional(),
    ];
    let form = Form::new(format!("{}/invitation", prefix(kind)), fields, words.accept);
    Ok((page.tell(words.only_if_new).form(form), words))
}

fn token_field(words: &Words, token: &str) -> Field {
    Field::latin("token", words.token, "text", "off").holding(token)
}

/// A page that says how it went and leads to the sign-in.
async fn told(
    ctx: &Ctx,
    kind: AccountKind,
    title: impl FnOnce(&Words) -> &'static str,
    line: impl FnOnce(&Words) -> &'static str,
) -> Result<Response, Problem> {
    let (page, words) = Page::new(ctx, title).await?;
    page.tell(line(words)).link(kind, "/login", words.sign_in).show()
}

async fn prove(ctx: &Ctx, kind: AccountKind, origin: &Origin, given: &Given) -> Result<(), Problem> {
    let proof = registration::AddressProof::link(&given.token, &given.password);
    registration::prove(ctx, kind, VerifyPurpose::VerifyEmail, &proof, origin).await.map(drop)
}

/// Whether a link may be one of the other kind of people.
fn is_of_others(done: &Result<(), Problem>) -> bool {
    done.as_ref().is_err_and(|problem| problem.code() == "link_invalid")
}

const fn others(kind: AccountKind) -> AccountKind {
    match kind {
        AccountKind::Staff => AccountKind::Customer,
        AccountKind::Customer => AccountKind::Staff,
    }
}
