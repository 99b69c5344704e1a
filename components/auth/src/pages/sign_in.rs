//! `/login`: e-mail and password, then, where it is asked for, a code; and on to the page that wanted somebody signed in.

use axum::extract::State;
use axum::response::Response;
use commerce_app::identity::Grant;
use commerce_app::identity::sign_in::{Outcome, SecondFactor};
use commerce_domain::AccountKind;
use commerce_http::{Ctx, Problem, Query};
use serde::Deserialize;
use utoipa::ToSchema;

use super::page::{Field, Form, Page, see_other};
use super::prefix;
use super::submission::Submission;
use super::words::Words;
use crate::grant::set_cookies;
use crate::routes::login::{self, LoginBody};
use crate::routes::mfa::{self, ChallengeBody};

/// Most characters of a way on.
const MAX_NEXT: usize = 1_000;

/// Where to go on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    next: Option<String>,
}

/// Either the first factor, or the ticket of it with the second.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    email: Option<String>,
    password: Option<String>,
    ticket: Option<String>,
    method: Option<mfa::Method>,
    code: Option<String>,
    next: Option<String>,
}

/// `GET …/login`
pub async fn show(ctx: Ctx, State(kind): State<AccountKind>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    first(&ctx, kind, "", &way_on(kind, asked.next)).await?.0.show()
}

/// `POST …/login`
pub async fn submit(sent: Submission<Given>) -> Result<Response, Problem> {
    let next = way_on(sent.kind, sent.given.next.clone());
    match (&sent.given.ticket, sent.given.method) {
        (Some(ticket), Some(method)) => match by_second(&sent, ticket, method).await {
            Ok(grant) => on(sent.kind, &next, &grant),
            Err(problem) => {
                let (page, words) = second(&sent.ctx, sent.kind, ticket, method, &next).await?;
                page.refuse(words, problem)
            }
        },
        _ => match by_first(&sent).await {
            Ok(Outcome::SignedIn(grant)) => on(sent.kind, &next, &grant),
            Ok(Outcome::SecondFactor(SecondFactor { ticket, methods, .. })) => {
                let method = methods.iter().find_map(|name| mfa::Method::parse(name)).ok_or_else(Problem::internal)?;
                second(&sent.ctx, sent.kind, &ticket, method, &next).await?.0.show()
            }
            Err(problem) => {
                let email = sent.given.email.as_deref().unwrap_or_default();
                let (page, words) = first(&sent.ctx, sent.kind, email, &next).await?;
                page.refuse(words, problem)
            }
        },
    }
}

async fn by_first(sent: &Submission<Given>) -> Result<Outcome, Problem> {
    sent.check()?;
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let body = LoginBody::by_email(text(&sent.given.email), text(&sent.given.password));
    login::attempt(&sent.ctx, sent.kind, &sent.origin, body).await.map(|(outcome, _)| outcome)
}

async fn by_second(sent: &Submission<Given>, ticket: &str, method: mfa::Method) -> Result<Grant, Problem> {
    sent.check()?;
    let body = ChallengeBody::new(ticket.to_owned(), method, sent.given.code.clone().unwrap_or_default());
    mfa::answer(&sent.ctx, sent.kind, &sent.origin, body).await
}

async fn first(ctx: &Ctx, kind: AccountKind, email: &str, next: &str) -> Result<(Page, &'static Words), Problem> {
    let (page, words) = Page::new(ctx, |words| words.sign_in).await?;
    let fields = vec![
        Field::latin("email", words.email, "email", "username").holding(email),
        Field::latin("password", words.password, "password", "current-password"),
    ];
    let form = Form::new(format!("{}/login", prefix(kind)), fields, words.sign_in).hidden("next", next);
    let page = page.form(form).link(kind, "/forgot-password", words.forgot);
    Ok((page.link(kind, "/register", words.register), words))
}

async fn second(
    ctx: &Ctx,
    kind: AccountKind,
    ticket: &str,
    method: mfa::Method,
    next: &str,
) -> Result<(Page, &'static Words), Problem> {
    let (page, words) = Page::new(ctx, |words| words.sign_in).await?;
    let sent = !matches!(method, mfa::Method::Totp | mfa::Method::Recovery);
    let told = if sent { words.code_sent } else { words.code_of_authenticator };
    let fields = vec![Field::latin("code", words.code, "text", "one-time-code")];
    let form = Form::new(format!("{}/login", prefix(kind)), fields, words.go_on)
        .hidden("ticket", ticket)
        .hidden("method", method.as_str())
        .hidden("next", next);
    Ok((page.tell(told).form(form).link(kind, "/login", words.sign_in), words))
}

/// Signed in: the session in cookies, and the browser on its way.
fn on(kind: AccountKind, next: &str, grant: &Grant) -> Result<Response, Problem> {
    let mut response = see_other(next)?;
    set_cookies(response.headers_mut(), grant, kind)?;
    Ok(response)
}

/// A path of this origin, or the account's own page: nobody is sent elsewhere by a link that begins here (CWE-601).
fn way_on(kind: AccountKind, wanted: Option<String>) -> String {
    let own = |path: &String| {
        path.len() <= MAX_NEXT
            && path.starts_with('/')
            && !path.starts_with("//")
            && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    wanted.filter(own).unwrap_or_else(|| prefix(kind).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_on_stays_here() {
        let on = |next: &str| way_on(AccountKind::Customer, Some(next.to_owned()));
        assert_eq!(on("/checkout?cart=1"), "/checkout?cart=1");
        for elsewhere in
            ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/a b", "/\r\nx", "/قهوة"]
        {
            assert_eq!(on(elsewhere), "/account", "{elsewhere}");
        }
        assert_eq!(way_on(AccountKind::Staff, None), "/accounts");
    }
}
