//! `/`: who is signed in, and the way out.

use axum::extract::State;
use axum::response::Response;
use commerce_db::auth;
use commerce_db::system::NoInput;
use commerce_domain::AccountKind;
use commerce_http::{AccessCookie, Ctx, NoParams, Problem, Query};
use http::{HeaderMap, StatusCode};

use super::page::Page;
use crate::person::MaybePerson;
use crate::prefix as api;

/// `GET …/`
pub async fn show(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    MaybePerson(person): MaybePerson,
    headers: HeaderMap,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let (page, words) = Page::new(&ctx, |words| words.account).await?;
    let account = match &person {
        Some(person) => match person.call(&auth::ME, &NoInput {}).await {
            Ok(account) => Some(account),
            Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => None,
            Err(problem) => return Err(problem),
        },
        None => None,
    };
    let (Some(account), Some(token)) = (account, AccessCookie::read(&headers, kind)?) else {
        return page.tell(words.nobody).renewing(api(kind)).link(kind, "/login", words.sign_in).show();
    };
    let names = [account.given_name, account.family_name, account.email.or(account.phone)];
    let known: Vec<String> = names.into_iter().flatten().filter(|name| !name.is_empty()).collect();
    page.tell(known.join(" ")).sign_out(api(kind), AccessCookie::csrf_token(&token), words.sign_out).show()
}
