//! `/register`, `/verify-email`, `/verify-phone`: an account comes into being when its address is proved, by whoever registered it.

use axum::extract::State;
use axum::response::Response;
use commerce_app::credentials::ChosenPassword;
use commerce_app::credentials::address::{self, Proof};
use commerce_app::credentials::register::{self, Registered, Registration};
use commerce_app::identity::{AccountView, Keys, Origin, account_view, now, profile, read_identifier};
use commerce_app::messages::Language;
use commerce_db::auth::{Verified, VerifyPurpose};
use commerce_domain::contact::Phone;
use commerce_domain::{AccountKind, FieldErrors};
use commerce_http::{Ctx, JsonBody, NoParams, Problem, Query, RateLimit, codes};
use commerce_identity::identifier::Identifier;
use commerce_identity::password::Password;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::params::bounded;
use crate::origin::ClientOrigin;
use crate::person::MaybePerson;
use crate::problem;

/// Most characters of a link's token or of a code as people type it; ours have at most 76.
pub const MAX_TOKEN: usize = 200;

/// Who registers: by e-mail, or by phone alone. A phone beside an e-mail is kept and not proved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    email: Option<String>,
    phone: Option<String>,
    password: String,
    given_name: Option<String>,
    family_name: Option<String>,
    locale: Option<String>,
}

impl NewAccount {
    /// By e-mail; empty names are none.
    pub fn by_email(email: &str, password: &str, given_name: &str, family_name: &str) -> Self {
        Self {
            email: Some(email.to_owned()),
            phone: None,
            password: password.to_owned(),
            given_name: Some(given_name.to_owned()),
            family_name: Some(family_name.to_owned()),
            locale: None,
        }
    }
}

/// The same whether or not the address has an account.
#[derive(Serialize, ToSchema)]
#[schema(as = VerificationSent)]
pub struct Accepted {
    status: &'static str,
    /// What goes back with the code, where the address is a phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_id: Option<Uuid>,
    expires_in: u32,
}

/// `POST /register`: 202, and a message to the address.
pub async fn register(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<NewAccount>,
) -> Result<Response, Problem> {
    let done = begin(&ctx, kind, &origin, body.value).await?;
    let accepted =
        Accepted { status: "verification_sent", challenge_id: done.challenge_id, expires_in: done.expires_in };
    let mut response = ctx.success(StatusCode::ACCEPTED, &accepted)?;
    RateLimit::from(done.rate).apply(response.headers_mut());
    Ok(response)
}

/// A registration, whichever form it came in.
pub async fn begin(ctx: &Ctx, kind: AccountKind, origin: &Origin, new: NewAccount) -> Result<Registered, Problem> {
    let input = check(ctx, new).await?;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let registration = Registration {
        kind,
        identifier: &input.identifier,
        contact_phone: input.contact_phone,
        password: &input.password,
        given_name: input.given_name,
        family_name: input.family_name,
        locale: input.locale,
        origin,
        now: now(),
    };
    let context = ctx.context();
    ctx.run(register::register(&context, &keys, &registration)).await.map_err(problem::of)
}

struct Checked {
    identifier: Identifier,
    contact_phone: Option<String>,
    password: ChosenPassword,
    given_name: String,
    family_name: String,
    locale: String,
}

/// Checks all fields, and names all that are wrong.
async fn check(ctx: &Ctx, body: NewAccount) -> Result<Checked, Problem> {
    // A number without country code is one of the shop's country; only then must the shop be known before the one statement.
    let local = body.phone.as_deref().is_some_and(|phone| !phone.trim_start().starts_with('+'));
    let country = if local { ctx.require_tenant().await?.country.clone() } else { String::new() };
    let mut wrong = FieldErrors::default();
    let proved_phone = body.phone.as_deref().filter(|_| body.email.is_none());
    let identifier = read_identifier(body.email.as_deref(), proved_phone, &country);
    let identifier = identifier.map_err(|(field, code)| wrong.push(field, code)).ok();
    let contact_phone = body.phone.as_deref().filter(|_| body.email.is_some());
    let contact_phone = wrong.field("phone", contact_phone, |phone| Phone::parse(phone, &country));
    let given_name = wrong.field("given_name", body.given_name, |text| profile::name(&text));
    let family_name = wrong.field("family_name", body.family_name, |text| profile::name(&text));
    let locale = wrong.field("locale", Some(body.locale.unwrap_or_else(|| language(ctx))), profile::locale);
    let (given_name, family_name) = (given_name.unwrap_or_default(), family_name.unwrap_or_default());
    let shop = ctx.tenant().map(|tenant| tenant.slug.clone()).unwrap_or_default();
    let personal = [body.email.as_deref().unwrap_or_default(), &given_name, &family_name, &shop];
    let password = ChosenPassword::parse(&body.password, &personal);
    let password = password.map_err(|error| wrong.push(&error.field, error.code)).ok();
    wrong.or(()).map_err(Problem::wrong_fields)?;
    // Whatever is missing here was noted above.
    let (Some(identifier), Some(locale), Some(password)) = (identifier, locale, password) else {
        return Err(Problem::internal());
    };
    let contact_phone = contact_phone.map(|phone| phone.as_str().to_owned());
    Ok(Checked { identifier, contact_phone, password, given_name, family_name, locale })
}

/// The language of an account that does not name one: the client's, the shop's, Arabic.
pub fn language(ctx: &Ctx) -> String {
    let spoken = Language::pick(&ctx.langs()).map(|language| language.tag().to_owned());
    spoken.or_else(|| ctx.tenant().map(|tenant| tenant.locale.clone())).unwrap_or_else(|| "ar".to_owned())
}

/// The token of a link, with the password where it is that of a registration; or a code with the challenge that it answers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressProof {
    token: Option<String>,
    /// The password that was chosen at registration.
    password: Option<String>,
    challenge_id: Option<Uuid>,
    code: Option<String>,
}

impl AddressProof {
    /// The link of a registration, with the password that was chosen there.
    pub fn link(token: &str, password: &str) -> Self {
        Self { token: Some(token.to_owned()), password: Some(password.to_owned()), challenge_id: None, code: None }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = AddressProved)]
pub struct Proved<'a> {
    account: AccountView<'a>,
    /// Whether the account came into being just now.
    created: bool,
    /// Orders that were placed as a guest with this address.
    attached_orders: i64,
}

/// `POST /verify-email`: by link, or by code for whoever is signed in.
///
/// The link of a registration wants the password that was chosen there: 422 `required` without it, 401 `invalid_credentials` for another
/// one. Neither uses up the link; five wrong passwords do.
pub async fn verify_email(
    guest: Ctx,
    State(kind): State<AccountKind>,
    MaybePerson(caller): MaybePerson,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<AddressProof>,
) -> Result<Response, Problem> {
    let ctx = caller.as_deref().unwrap_or(&guest);
    verify(ctx, kind, VerifyPurpose::VerifyEmail, &body.value, &origin).await
}

/// `POST /verify-phone`: by code, of a registration or for whoever is signed in.
pub async fn verify_phone(
    guest: Ctx,
    State(kind): State<AccountKind>,
    MaybePerson(caller): MaybePerson,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<AddressProof>,
) -> Result<Response, Problem> {
    for (field, given) in [("token", &body.value.token), ("password", &body.value.password)] {
        if given.is_some() {
            return Err(Problem::field(field, "unknown_field", codes::title("unknown_field")));
        }
    }
    let ctx = caller.as_deref().unwrap_or(&guest);
    verify(ctx, kind, VerifyPurpose::VerifyPhone, &body.value, &origin).await
}

async fn verify(
    ctx: &Ctx,
    kind: AccountKind,
    purpose: VerifyPurpose,
    given: &AddressProof,
    origin: &Origin,
) -> Result<Response, Problem> {
    let proved = prove(ctx, kind, purpose, given, origin).await?;
    let (created, attached_orders) = (proved.created, proved.attached_orders);
    ctx.success(StatusCode::OK, &Proved { account: account_view(&proved.account), created, attached_orders })
}

/// A proof of an address, whichever form it came in.
pub async fn prove(
    ctx: &Ctx,
    kind: AccountKind,
    purpose: VerifyPurpose,
    given: &AddressProof,
    origin: &Origin,
) -> Result<Verified, Problem> {
    let password = given.password.as_deref().map(Password::parse).transpose();
    let password = password.map_err(|error| Problem::field("password", error.code(), codes::title(error.code())))?;
    let proof = proof(given, password.as_ref())?;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let context = ctx.context();
    let verify = address::verify(&context, &keys, kind, purpose, proof, origin);
    ctx.run(verify).await.map_err(problem::of)
}

fn proof<'a>(given: &'a AddressProof, password: Option<&'a Password>) -> Result<Proof<'a>, Problem> {
    let required = |field| Problem::field(field, "required", codes::title("required"));
    match (&given.token, given.challenge_id, &given.code) {
        (Some(token), None, None) => Ok(Proof::Link { token: bounded("token", token, MAX_TOKEN)?, password }),
        (None, Some(challenge_id), Some(code)) if password.is_none() => {
            Ok(Proof::Code { challenge_id, code: bounded("code", code, MAX_TOKEN)? })
        }
        (None, Some(_), Some(_)) => Err(Problem::field("password", "unsupported", "goes with a token")),
        (Some(_), _, _) => Err(Problem::field("code", "unsupported", "token or code, not both")),
        (None, None, None) => Err(required("token")),
        (None, Some(_), None) => Err(required("code")),
        (None, None, Some(_)) => Err(required("challenge_id")),
    }
}
