//! `/register`: an account that comes into being by the link of a letter.

use axum::extract::State;
use axum::response::Response;
use commerce_domain::AccountKind;
use commerce_http::{Ctx, NoParams, Problem, Query};
use serde::Deserialize;

use super::page::{Field, Form, Page};
use super::prefix;
use super::submission::Submission;
use super::words::Words;
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
pub async fn submit(sent: Submission<Given>) -> Result<Response, Problem> {
    if let Err(problem) = begin(&sent).await {
        let (page, words) = blank(&sent.ctx, sent.kind, &sent.given).await?;
        return page.refuse(words, problem);
    }
    let (page, words) = Page::new(&sent.ctx, |words| words.register).await?;
    page.tell(words.letter_sent).link(sent.kind, "/login", words.sign_in).show()
}

async fn begin(sent: &Submission<Given>) -> Result<(), Problem> {
    sent.check()?;
    let Given { email, password, given_name, family_name } = &sent.given;
    let new = NewAccount::by_email(email, password, given_name, family_name);
    registration::begin(&sent.ctx, sent.kind, &sent.origin, new).await.map(drop)
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
