//! Pages for people without a program of their own (AUTH-20): sign-in, registration, and what the links of letters lead to. Below `/account` for
//! customers and below `/accounts` for staff. They do what the API does, by its own functions, and keep the session in cookies.
//!
//! Every form works without a script. The links of letters carry their token in the fragment, which only a script reads; without one it
//! is pasted, as the letter says.

mod account;
mod assets;
mod links;
mod page;
mod register;
mod sign_in;
mod submission;
mod words;

use commerce_domain::AccountKind;
use commerce_http::{Routes, get};

/// The pages of one kind of people.
pub fn pages() -> Routes<AccountKind> {
    Routes::new()
        .route("/", get(account::show))
        .route("/login", get(sign_in::show).post(sign_in::submit))
        // As the documents write it.
        .route("/login/", get(sign_in::show).post(sign_in::submit))
        .route("/register", get(register::show).post(register::submit))
        .route("/verify-email", get(links::show_verify).post(links::verify))
        .route("/forgot-password", get(links::show_forgot).post(links::forgot))
        .route("/reset-password", get(links::show_reset).post(links::reset))
        .route("/invitation", get(links::show_invitation).post(links::accept))
        .route("/assets/page.css", get(assets::style))
        .route("/assets/page.js", get(assets::script))
}

/// Under what the pages lie.
pub const fn prefix(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Staff => "/accounts",
        AccountKind::Customer => "/account",
    }
}
