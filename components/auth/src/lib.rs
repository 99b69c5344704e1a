//! Who is calling: sign-in, sessions, second factors, the public keys of tokens. Staff and customers have the same routes; the prefix
//! tells whose account is meant, and becomes the router's state.

mod grant;
mod identifier;
mod origin;
mod pages;
mod person;
mod problem;
mod routes;

use commerce_domain::AccountKind;
use commerce_http::{Routes, TENANT_PATHS, delete, get, patch, post};
use routes::{
    account_sessions, aliases, authenticators, customers, invitations, jwks, login, logout, me, message_jobs, mfa,
    oauth, oauth_webhook, otp, passwords, refresh, registration, sessions,
};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

/// Under what the routes of staff and those of customers lie.
const fn prefix(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Staff => "/api/v1/auth",
        AccountKind::Customer => "/api/v1/storefront/auth",
    }
}

/// What staff and customers do alike.
fn people() -> Routes<AccountKind> {
    Routes::new()
        .route("/login", post(login::sign_in))
        .route("/refresh", post(refresh::refresh_session))
        .route("/logout", post(logout::sign_out))
        .route("/register", post(registration::register))
        .route("/verify-email", post(registration::verify_email))
        .route("/verify-phone", post(registration::verify_phone))
        .route("/password/forgot", post(passwords::request_reset))
        .route("/password/reset", post(passwords::reset))
        .route("/password/change", post(passwords::change))
        .route("/otp/request", post(otp::request_code))
        .route("/otp/verify", post(otp::verify_code))
        .route("/oauth", get(oauth::list_providers))
        .route("/oauth/{provider}/start", get(oauth::begin))
        .route("/oauth/{provider}/callback", get(oauth::come_back).post(oauth::come_back_by_form))
        .route("/oauth/{provider}/token", post(oauth::bring_token))
        .route("/oauth/{provider}/webhook", post(oauth_webhook::take))
        .route("/mfa/totp", post(authenticators::offer_totp).delete(authenticators::remove_totp))
        .route("/mfa/totp/confirm", post(authenticators::confirm_totp))
        .route("/mfa/recovery-codes", post(authenticators::renew_recovery_codes))
        .route("/mfa/challenge", post(mfa::answer_challenge))
        .route("/sessions", get(sessions::list_sessions).delete(sessions::end_other_sessions))
        .route("/sessions/{session_id}", delete(sessions::end_session))
}

/// What staff do alone.
fn staff() -> Routes<AccountKind> {
    people()
        .route("/me", get(me::show_profile).patch(me::update_profile))
        .route("/invitations/accept", post(invitations::accept))
        .route("/customers/{account_id}", patch(customers::update_customer))
        .merge(sessions_of_others())
}

/// What administrators see and end.
fn sessions_of_others() -> Routes<AccountKind> {
    use account_sessions::{
        end_customer_session, end_customer_sessions, end_member_session, end_member_sessions, list_customer_sessions,
        list_member_sessions,
    };
    Routes::new()
        .route("/members/{account_id}/sessions", get(list_member_sessions).delete(end_member_sessions))
        .route("/members/{account_id}/sessions/{session_id}", delete(end_member_session))
        .route("/customers/{account_id}/sessions", get(list_customer_sessions).delete(end_customer_sessions))
        .route("/customers/{account_id}/sessions/{session_id}", delete(end_customer_session))
}

/// Who is asked to work here.
fn invited() -> Routes<AccountKind> {
    Routes::new()
        .route("/", get(invitations::list_invitations).post(invitations::invite))
        .route("/{invitation_id}", delete(invitations::revoke))
        .route("/{invitation_id}/resend", post(invitations::resend))
}

/// Wasla's names for the same (AUTH-03).
fn wasla() -> Routes<AccountKind> {
    Routes::new()
        .route("/api/auth/token/", post(login::sign_in))
        .route("/api/auth/token/refresh/", post(refresh::refresh_session))
        .route("/api/auth/token/verify/", post(aliases::verify_token))
}

fn routes() -> Routes {
    let of_shops = TENANT_PATHS
        .into_iter()
        .fold(Routes::new(), |routes, path| routes.nest(&format!("{path}/me/invitations"), invited()));
    Routes::new()
        .merge(of_shops.with_state(AccountKind::Staff))
        .nest(prefix(AccountKind::Staff), staff().with_state(AccountKind::Staff))
        .nest(prefix(AccountKind::Customer), people().with_state(AccountKind::Customer))
        .merge(wasla().with_state(AccountKind::Staff))
        .nest(pages::prefix(AccountKind::Staff), pages::pages().with_state(AccountKind::Staff))
        .nest(pages::prefix(AccountKind::Customer), pages::pages().with_state(AccountKind::Customer))
        .route("/.well-known/jwks.json", get(jwks::show_keys))
        .route("/internal/jobs/messages/deliver", post(message_jobs::deliver))
        .route("/internal/jobs/messages/purge", post(message_jobs::purge))
}

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    commerce_http::serve(routes, request).await
}
