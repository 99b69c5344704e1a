//! What the links of letters lead to, and the page that asks for one. A letter does not say whose link it carries: what is none of the
//! page's own people is tried as the other's, so one address serves both.

use axum::extract::State;
use axum::response::Response;
use commerce_db::auth::VerifyPurpose;
use commerce_domain::AccountKind;
use commerce_http::{Ctx, NoParams, Problem, Query};
use serde::Deserialize;

use super::page::{Field, Form, Page};
use super::prefix;
use super::submission::Submission;
use super::words::Words;
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
pub async fn verify(sent: Submission<Given>) -> Result<Response, Problem> {
    match follow(&sent, Link::VerifyEmail).await {
        Ok(kind) => told(&sent.ctx, kind, |words| words.verify, |words| words.verified).await,
        Err(problem) => {
            let (page, words) = verify_form(&sent.ctx, sent.kind, &sent.given.token).await?;
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
pub async fn forgot(sent: Submission<Forgetful>) -> Result<Response, Problem> {
    match ask(&sent).await {
        Ok(()) => told(&sent.ctx, sent.kind, |words| words.forgot, |words| words.letter_sent).await,
        Err(problem) => {
            let (page, words) = forgot_form(&sent.ctx, sent.kind, &sent.given.email).await?;
            page.refuse(words, problem)
        }
    }
}

async fn ask(sent: &Submission<Forgetful>) -> Result<(), Problem> {
    sent.check()?;
    passwords::ask(&sent.ctx, sent.kind, &sent.origin, &sent.given.email).await.map(drop)
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
pub async fn reset(sent: Submission<Given>) -> Result<Response, Problem> {
    match follow(&sent, Link::ResetPassword).await {
        Ok(kind) => told(&sent.ctx, kind, |words| words.reset, |words| words.password_set).await,
        Err(problem) => {
            let (page, words) = reset_form(&sent.ctx, sent.kind, &sent.given.token).await?;
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
pub async fn accept(sent: Submission<Invited>) -> Result<Response, Problem> {
    match join(&sent).await {
        Ok(()) => told(&sent.ctx, AccountKind::Staff, |words| words.invitation, |words| words.joined).await,
        Err(problem) => {
            let (page, words) = invitation_form(&sent.ctx, sent.kind, &sent.given.token).await?;
            page.refuse(words, problem)
        }
    }
}

async fn join(sent: &Submission<Invited>) -> Result<(), Problem> {
    sent.check()?;
    let Invited { token, password, given_name, family_name } = &sent.given;
    let body = AcceptedInvitation::new(token, password, given_name, family_name);
    invitations::join(&sent.ctx, &sent.origin, body).await.map(drop)
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

/// What a link is for that either kind of people may have.
#[derive(Clone, Copy)]
enum Link {
    VerifyEmail,
    ResetPassword,
}

/// Tries a link as that of the page's people, then as that of the others; whose it was.
async fn follow(sent: &Submission<Given>, link: Link) -> Result<AccountKind, Problem> {
    sent.check()?;
    let (ctx, origin, Given { token, password }) = (&sent.ctx, &sent.origin, &sent.given);
    let mut kind = sent.kind;
    loop {
        let done = match link {
            Link::VerifyEmail => {
                let proof = registration::AddressProof::link(token, password);
                registration::prove(ctx, kind, VerifyPurpose::VerifyEmail, &proof, origin).await.map(drop)
            }
            Link::ResetPassword => passwords::set(ctx, kind, origin, token, password).await,
        };
        match done {
            Err(problem) if problem.code() == "link_invalid" && kind == sent.kind => kind = others(kind),
            done => return done.map(|()| kind),
        }
    }
}

const fn others(kind: AccountKind) -> AccountKind {
    match kind {
        AccountKind::Staff => AccountKind::Customer,
        AccountKind::Customer => AccountKind::Staff,
    }
}
