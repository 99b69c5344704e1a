//! Who is calling: sign-in, sessions, second factors, the public keys of tokens. Staff and customers have the same routes; the prefix
//! tells whose account is meant, and becomes the router's state.

mod grant;
mod identifier;
mod origin;
mod pages;
mod person;
mod problem;
mod routes;

use commerce_app::identity::AccountView;
use commerce_app::shapes::JwkSet;
use commerce_db::auth::OfferedProvider;
use commerce_domain::AccountKind;
use commerce_http::{Routes, TENANT_PATHS, delete, get, patch, post};
use grant::{SecondFactorView, SignedInView};
use routes::authenticators::RecoveryCodes;
use routes::invitations::InvitationView;
use routes::oauth::CodeSentView;
use routes::params::RefreshBody;
use routes::sessions::{EndedView, SessionView};
use routes::{
    account_sessions, aliases, authenticators, customers, invitations, jwks, login, logout, me, message_jobs, mfa,
    oauth, oauth_webhook, otp, passwords, refresh, registration, sessions,
};

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
        .route("/login", post(login::sign_in).gives::<SignedInView>(200).gives::<SecondFactorView>(200))
        .route("/refresh", post(refresh::refresh_session).may_take::<RefreshBody>().gives::<SignedInView>(200))
        .route("/logout", post(logout::sign_out).may_take::<RefreshBody>().gives::<logout::SignedOut>(200))
        .route("/register", post(registration::register).gives::<registration::Accepted>(202))
        .route("/verify-email", post(registration::verify_email).gives::<registration::Proved>(200))
        .route("/verify-phone", post(registration::verify_phone).gives::<registration::Proved>(200))
        .route("/password/forgot", post(passwords::request_reset).gives::<passwords::Accepted>(202))
        .route("/password/reset", post(passwords::reset).gives::<passwords::Done>(200))
        .route("/password/change", post(passwords::change).gives::<passwords::Changed>(200))
        .route("/otp/request", post(otp::request_code).gives::<otp::RequestedView>(202))
        .route("/otp/verify", post(otp::verify_code).gives::<SignedInView>(200).gives::<SecondFactorView>(200))
        .route("/oauth", get(oauth::list_providers).lists::<OfferedProvider>())
        .route("/oauth/{provider}/start", get(oauth::begin).redirects())
        .route(
            "/oauth/{provider}/callback",
            get(oauth::come_back)
                .redirects()
                .gives::<SignedInView>(200)
                .gives::<SecondFactorView>(200)
                .gives::<CodeSentView>(200)
                .post(oauth::come_back_by_form)
                .redirects()
                .gives::<SignedInView>(200)
                .gives::<SecondFactorView>(200)
                .gives::<CodeSentView>(200),
        )
        .route(
            "/oauth/{provider}/token",
            post(oauth::bring_token)
                .gives::<SignedInView>(200)
                .gives::<SecondFactorView>(200)
                .gives::<CodeSentView>(200),
        )
        .route("/oauth/{provider}/webhook", post(oauth_webhook::take).gives::<oauth_webhook::TakenView>(200))
        .route(
            "/mfa/totp",
            post(authenticators::offer_totp)
                .gives::<authenticators::OfferView>(200)
                .delete(authenticators::remove_totp)
                .gives::<authenticators::Removed>(200),
        )
        .route("/mfa/totp/confirm", post(authenticators::confirm_totp).gives::<RecoveryCodes>(200))
        .route("/mfa/recovery-codes", post(authenticators::renew_recovery_codes).gives::<RecoveryCodes>(200))
        .route("/mfa/challenge", post(mfa::answer_challenge).gives::<SignedInView>(200))
        .route(
            "/sessions",
            get(sessions::list_sessions)
                .lists::<SessionView>()
                .delete(sessions::end_other_sessions)
                .gives::<EndedView>(200),
        )
        .route("/sessions/{session_id}", delete(sessions::end_session).gives::<EndedView>(200))
}

/// What staff do alone.
fn staff() -> Routes<AccountKind> {
    people()
        .route(
            "/me",
            get(me::show_profile).gives::<AccountView>(200).patch(me::update_profile).gives::<AccountView>(200),
        )
        .route("/invitations/accept", post(invitations::accept).gives::<invitations::Joined>(200))
        .route("/customers/{account_id}", patch(customers::update_customer).gives::<customers::CustomerView>(200))
        .merge(sessions_of_others())
}

/// What administrators see and end.
fn sessions_of_others() -> Routes<AccountKind> {
    use account_sessions::{
        end_customer_session, end_customer_sessions, end_member_session, end_member_sessions, list_customer_sessions,
        list_member_sessions,
    };
    Routes::new()
        .route(
            "/members/{account_id}/sessions",
            get(list_member_sessions).lists::<SessionView>().delete(end_member_sessions).gives::<EndedView>(200),
        )
        .route("/members/{account_id}/sessions/{session_id}", delete(end_member_session).gives::<EndedView>(200))
        .route(
            "/customers/{account_id}/sessions",
            get(list_customer_sessions).lists::<SessionView>().delete(end_customer_sessions).gives::<EndedView>(200),
        )
        .route("/customers/{account_id}/sessions/{session_id}", delete(end_customer_session).gives::<EndedView>(200))
}

/// Who is asked to work here.
fn invited() -> Routes<AccountKind> {
    Routes::new()
        .route(
            "/",
            get(invitations::list_invitations)
                .pages::<InvitationView>()
                .post(invitations::invite)
                .gives::<InvitationView>(201),
        )
        .route("/{invitation_id}", delete(invitations::revoke).gives::<InvitationView>(200))
        .route("/{invitation_id}/resend", post(invitations::resend).gives::<InvitationView>(200))
}

/// Wasla's names for the same (AUTH-03).
fn wasla() -> Routes<AccountKind> {
    Routes::new()
        .route("/api/auth/token/", post(login::sign_in).gives::<SignedInView>(200).gives::<SecondFactorView>(200))
        .route(
            "/api/auth/token/refresh/",
            post(refresh::refresh_session).may_take::<RefreshBody>().gives::<SignedInView>(200),
        )
        .route(
            "/api/auth/token/verify/",
            post(aliases::verify_token).takes::<aliases::VerifyBody>().gives::<aliases::VerifiedView>(200),
        )
}

/// What is done here, and by whom.
#[must_use]
pub fn routes() -> Routes {
    let of_shops = TENANT_PATHS
        .into_iter()
        .fold(Routes::new(), |routes, path| routes.nest(&format!("{path}/me/invitations"), invited()));
    Routes::new()
        .merge(of_shops.with_state(AccountKind::Staff))
        .nest(prefix(AccountKind::Staff), staff().with_state(AccountKind::Staff))
        .nest(prefix(AccountKind::Customer), people().with_state(AccountKind::Customer))
        .merge(wasla().with_state(AccountKind::Staff))
        .nest(pages::prefix(AccountKind::Staff), pages::pages().unlisted().with_state(AccountKind::Staff))
        .nest(pages::prefix(AccountKind::Customer), pages::pages().unlisted().with_state(AccountKind::Customer))
        .route("/.well-known/jwks.json", get(jwks::show_keys).gives_bare::<JwkSet>("application/jwk-set+json"))
        .route("/internal/jobs/messages/deliver", post(message_jobs::deliver))
        .route("/internal/jobs/messages/purge", post(message_jobs::purge))
}

#[cfg(target_family = "wasm")]
#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> impl spin_sdk::http::IntoResponse {
    // Tokens and codes stand here beside what a caller sent: uncompressed (BREACH).
    commerce_http::serve_plain(routes, request).await
}
