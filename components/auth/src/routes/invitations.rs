//! `/tenants/me/invitations` and `/auth/invitations/accept`. They are the component `auth`'s, which alone holds the keys that seal letters and
//! hashes passwords.

use axum::response::Response;
use commerce_app::credentials::ChosenPassword;
use commerce_app::credentials::invitation::{self, Acceptance};
use commerce_app::identity::{Keys, Origin, now, profile, read_identifier};
use commerce_db::invitations::{self, Accepted, Invitation, ListInput, RevokeInput};
use commerce_db::members::Authority;
use commerce_domain::permission::may::{InviteMembers, ViewMembers};
use commerce_domain::{FieldErrors, InvitationId, StaffId};
use commerce_http::{Ctx, CursorScope, JsonBody, NoParams, PathId, Permitted, Problem, Query, codes, page_limit};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::params::bounded;
use super::registration::{MAX_TOKEN, language};
use crate::origin::ClientOrigin;
use crate::problem;

/// Most bytes of a role's name.
const MAX_ROLE: usize = 50;

/// Whom to ask, as what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    email: String,
    role: String,
}

/// Filters and page of the list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListInvitations {
    status: Option<Status>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// What became of an invitation.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = InvitationStatus)]
pub enum Status {
    /// Nothing yet.
    Pending,
    /// Nothing in time.
    Expired,
    /// A membership.
    Accepted,
    /// It was taken back.
    Revoked,
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Expired => "expired",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
        }
    }
}

/// The link's token; password and names for whoever has no account yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvitationAcceptance)]
pub struct AcceptedInvitation {
    token: String,
    password: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    locale: Option<String>,
}

impl AcceptedInvitation {
    /// An empty password is none.
    pub fn new(token: &str, password: &str, given_name: &str, family_name: &str) -> Self {
        Self {
            token: token.to_owned(),
            password: Some(password.to_owned()).filter(|password| !password.is_empty()),
            given_name: Some(given_name.to_owned()),
            family_name: Some(family_name.to_owned()),
            locale: None,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationView<'a> {
    id: InvitationId,
    email: &'a str,
    role: &'a str,
    status: &'a str,
    invited_by: &'a str,
    created_at: &'a str,
    sent_at: &'a str,
    expires_at: &'a str,
    accepted_at: Option<&'a str>,
}

#[derive(Serialize, ToSchema)]
pub struct Joined<'a> {
    status: &'static str,
    account_id: StaffId,
    email: Option<&'a str>,
    role: &'a str,
    /// Whether the account came into being just now; else its own password signs in.
    created: bool,
}

impl<'a> From<&'a Invitation> for InvitationView<'a> {
    fn from(invitation: &'a Invitation) -> Self {
        Self {
            id: InvitationId::new(invitation.id),
            email: &invitation.email,
            role: &invitation.role,
            status: &invitation.status,
            invited_by: &invitation.invited_by,
            created_at: &invitation.created_at,
            sent_at: &invitation.sent_at,
            expires_at: &invitation.expires_at,
            accepted_at: invitation.accepted_at.as_deref(),
        }
    }
}

/// `POST /tenants/me/invitations`
pub async fn invite(
    staff: Permitted<InviteMembers>,
    _: Query<NoParams>,
    body: JsonBody<NewInvitation>,
) -> Result<Response, Problem> {
    let NewInvitation { email, role } = body.value;
    let invalid = |field: &str, code: &'static str| Problem::field(field, code, codes::title(code));
    let email = read_identifier(Some(&email), None, "").map_err(|(field, code)| invalid(field, code))?;
    bounded("role", &role, MAX_ROLE)?;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let (context, may) = (staff.context(), Authority::of(&staff.permissions()));
    let invite = invitation::invite(&context, &keys, &email, role, may, now());
    let invited = staff.run(invite).await.map_err(problem::of)?;
    staff.success(StatusCode::CREATED, &InvitationView::from(&invited))
}

/// `GET /tenants/me/invitations`: the oldest first.
pub async fn list_invitations(
    staff: Permitted<ViewMembers>,
    Query(query): Query<ListInvitations>,
) -> Result<Response, Problem> {
    let status = query.status.map(Status::as_str);
    let limit = page_limit(query.limit)?;
    let scope = CursorScope::new("invitations", &status)?;
    let after = scope.after(query.cursor.as_deref())?;
    let found = staff.call(&invitations::LIST, &ListInput { status, limit, after }).await?;
    let views: Vec<_> = found.invitations.iter().map(InvitationView::from).collect();
    let next_cursor = found.next.as_ref().map(|next| scope.cursor(next)).transpose()?;
    staff.info().page(&views, next_cursor)
}

/// `POST /tenants/me/invitations/{invitation_id}/resend`: another link by another letter; the earlier one is void.
pub async fn resend(
    staff: Permitted<InviteMembers>,
    PathId(id): PathId<InvitationId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let (context, may) = (staff.context(), Authority::of(&staff.permissions()));
    let sent = staff.run(invitation::resend(&context, &keys, id.as_uuid(), may, now())).await.map_err(problem::of)?;
    staff.success(StatusCode::OK, &InvitationView::from(&sent))
}

/// `DELETE /tenants/me/invitations/{invitation_id}`
pub async fn revoke(
    staff: Permitted<InviteMembers>,
    PathId(id): PathId<InvitationId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let input = RevokeInput { id: id.as_uuid(), may: Authority::of(&staff.permissions()) };
    let revoked = staff.call(&invitations::REVOKE, &input).await?;
    staff.success(StatusCode::OK, &InvitationView::from(&revoked))
}

/// `POST /auth/invitations/accept`: a member from now on, who signs in as ever. Whoever has no account chooses a password here; for others it is
/// 409 `account_exists`.
pub async fn accept(
    ctx: Ctx,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<AcceptedInvitation>,
) -> Result<Response, Problem> {
    let accepted = join(&ctx, &origin, body.value).await?;
    let joined = Joined {
        status: "accepted",
        account_id: StaffId::new(accepted.member.account_id),
        email: accepted.member.email.as_deref(),
        role: &accepted.member.role,
        created: accepted.created,
    };
    ctx.success(StatusCode::OK, &joined)
}

/// Makes a member of whoever has the link, whichever form it came in.
pub async fn join(ctx: &Ctx, origin: &Origin, body: AcceptedInvitation) -> Result<Accepted, Problem> {
    let AcceptedInvitation { token, password, given_name, family_name, locale } = body;
    bounded("token", &token, MAX_TOKEN)?;
    let mut wrong = FieldErrors::default();
    let given_name = wrong.field("given_name", given_name, |text| profile::name(&text)).unwrap_or_default();
    let family_name = wrong.field("family_name", family_name, |text| profile::name(&text)).unwrap_or_default();
    let locale = wrong.field("locale", Some(locale.unwrap_or_else(|| language(ctx))), profile::locale);
    let shop = ctx.tenant().map(|tenant| tenant.slug.clone()).unwrap_or_default();
    let personal = [&*given_name, &*family_name, &*shop];
    let password = password.map(|password| ChosenPassword::parse(&password, &personal)).transpose();
    let password = password.map_err(|error| wrong.push(&error.field, error.code)).ok().flatten();
    let locale = wrong.or(locale.unwrap_or_default()).map_err(Problem::wrong_fields)?;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let request = Acceptance { token: &token, password: password.as_ref(), given_name, family_name, locale, origin };
    let context = ctx.context();
    ctx.run(invitation::accept(&context, &keys, request)).await.map_err(problem::of)
}
