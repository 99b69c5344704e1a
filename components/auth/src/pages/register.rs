//! `/register`: an account that comes into being by the link of a letter.

use axum::extract::State;
use axum::response::Response;
use commerce_domain::AccountKind;
use commerce_http::{Ctx, Form as Posted, NoParams, Problem, Query, RefreshCookie};
use http::HeaderMap;
use serde::Deserialize;

use super::page::{Field, Form, Page};
use super::prefix;
use super::words::Words;
use crate::origin::ClientOrigin;
use crate::routes::registration::{self, NewAccount};

/// Who wants an account.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    email: String,
    password: String,
    #[serde(default)]
    given_name: String,
    #[serde(default)]
    family_name: String,
}

/// `GET …/register`
pub async fn show(ctx: Ctx, State(kind): State<AccountKind>, _: Query<NoParams>) -> Result<Response, Problem> {
    blank(&ctx, kind, &Given::default()).await?.0.show()
}

/// `POST …/register`
pub async fn submit(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    ClientOrigin(origin): ClientOrigin,
    headers: HeaderMap,
    Posted(given): Posted<Given>,
) -> Result<Response, Problem> {
    let new = NewAccount::by_email(&given.email, &given.password, &given.given_name, &given.family_name);
    let done = match RefreshCookie::check_origin(&headers) {
        Ok(()) => registration::begin(&ctx, kind, &origin, new).await.map(drop),
        Err(problem) => Err(problem),
    };
    if let Err(problem) = done {
        let (page, words) = blank(&ctx, kind, &given).await?;
        return page.refuse(words, problem);
    }
    let (page, words) = Page::new(&ctx, |words| words.register).await?;
    page.tell(words.letter_sent).link(kind, "/login", words.sign_in).show()
}

async fn blank(ctx: &Ctx, kind: AccountKind, given: &Given) -> Result<(Page, &'static Words), Problem> {
    let (page, words) = Page::new(ctx, |words| words.register).await?;
    let fields = vec![
        Field::text("given_name", words.given_name, "given-name").holding(&given.given_name),
        Field::text("family_name", words.family_name, "family-name").holding(&given.family_name),
        Field::latin("email", words.email, "email", "username").holding(&given.email),
        Field::latin("password", words.password, "password", "new-password"),
    ];
    let form = Form::new(format!("{}/register", prefix(kind)), fields, words.register);
    Ok((page.form(form).link(kind, "/login", words.sign_in), words))
}
