//! `/me/members`: who works here. What changes counts from the member's next request on.

use axum::response::Response;
use commerce_db::members::{self, Authority, ListInput, Member, ReadInput, SetInput, SetManyInput};
use commerce_domain::StaffId;
use commerce_domain::permission::may::{ManageMembers, ViewMembers};
use commerce_http::{
    Authorized, CursorScope, JsonBody, NoParams, PathId, Permitted, Problem, Query, codes, page_limit,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most characters of a filter.
const MAX_TEXT: usize = 100;

/// Most members that are changed at once.
const MAX_MEMBERS: usize = 100;

/// Filters and page of the list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMembers {
    q: Option<String>,
    role: Option<String>,
    status: Option<Status>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Whether somebody works here at present.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = MemberStatus)]
pub enum Status {
    /// Does.
    Active,
    /// Does not, until they are let in again.
    Suspended,
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}

/// What changes of a membership.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberPatch {
    role: Option<String>,
    status: Option<Status>,
}

/// What somebody's membership becomes.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = NewMemberStatus)]
pub enum NewStatus {
    /// Works here.
    Active,
    /// Does not, until they are let in again.
    Suspended,
    /// Works here no more.
    Removed,
}

impl NewStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Removed => "removed",
        }
    }
}

/// What changes of many memberships: of all of them the same.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManyMembersPatch {
    /// At most 100.
    account_ids: Vec<StaffId>,
    role: Option<String>,
    status: Option<NewStatus>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberView<'a> {
    account_id: StaffId,
    email: Option<&'a str>,
    given_name: &'a str,
    family_name: &'a str,
    avatar_url: Option<&'a str>,
    role: &'a str,
    status: &'a str,
    joined_at: &'a str,
}

impl<'a> From<&'a Member> for MemberView<'a> {
    fn from(member: &'a Member) -> Self {
        Self {
            account_id: StaffId::new(member.account_id),
            email: member.email.as_deref(),
            given_name: &member.given_name,
            family_name: &member.family_name,
            avatar_url: member.avatar_url.as_deref(),
            role: &member.role,
            status: &member.status,
            joined_at: &member.joined_at,
        }
    }
}

/// `GET /me/members`: who came first, first.
pub async fn list_members(
    caller: Authorized<ViewMembers>,
    Query(query): Query<ListMembers>,
) -> Result<Response, Problem> {
    let status = query.status.map(Status::as_str);
    for (field, text) in [("q", &query.q), ("role", &query.role)] {
        if text.as_ref().is_some_and(|text| text.chars().count() > MAX_TEXT) {
            return Err(Problem::field(field, "too_long", codes::title("too_long")));
        }
    }
    let limit = page_limit(query.limit)?;
    let scope = CursorScope::new("members", &(&query.q, &query.role, status))?;
    let after = scope.after(query.cursor.as_deref())?;
    let q = query.q.filter(|text| !text.trim().is_empty());
    let found = caller.call(&members::LIST, &ListInput { q, role: query.role, status, limit, after }).await?;
    let views: Vec<MemberView<'_>> = found.members.iter().map(MemberView::from).collect();
    let next_cursor = found.next.as_ref().map(|next| scope.cursor(next)).transpose()?;
    caller.info().page(&views, next_cursor)
}

/// `GET /me/members/{account_id}`
pub async fn show_member(
    caller: Authorized<ViewMembers>,
    PathId(account_id): PathId<StaffId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let member = caller.call(&members::READ, &ReadInput { account_id: account_id.as_uuid() }).await?;
    caller.success(StatusCode::OK, &MemberView::from(&member))
}

/// `PATCH /me/members/{account_id}`: another role, suspended, or active again.
pub async fn update_member(
    staff: Permitted<ManageMembers>,
    PathId(account_id): PathId<StaffId>,
    _: Query<NoParams>,
    body: JsonBody<MemberPatch>,
) -> Result<Response, Problem> {
    let MemberPatch { role, status } = body.value;
    check(role.as_deref(), status.is_some())?;
    set(&staff, account_id, role, status.map(Status::as_str)).await
}

/// `PATCH /me/members`: the same change for many (USR-03), or for none of them.
pub async fn update_members(
    staff: Permitted<ManageMembers>,
    _: Query<NoParams>,
    body: JsonBody<ManyMembersPatch>,
) -> Result<Response, Problem> {
    let ManyMembersPatch { account_ids, role, status } = body.value;
    let wrong = |code: &'static str| Problem::field("account_ids", code, codes::title(code));
    match account_ids.len() {
        0 => return Err(wrong("required")),
        1..=MAX_MEMBERS => {}
        _ => return Err(wrong("too_long")),
    }
    check(role.as_deref(), status.is_some())?;
    let input = SetManyInput {
        account_ids: account_ids.iter().map(StaffId::as_uuid).collect(),
        role,
        status: status.map(NewStatus::as_str),
        may: Authority::of(&staff.permissions()),
    };
    let changed = staff.call(&members::SET_MANY, &input).await?;
    staff.revoke(changed.ended).await;
    staff.outdate(changed.outdated).await;
    let views: Vec<MemberView<'_>> = changed.members.iter().map(MemberView::from).collect();
    staff.success(StatusCode::OK, &views)
}

/// Something must change, and no role has so long a name.
fn check(role: Option<&str>, status: bool) -> Result<(), Problem> {
    if role.is_none() && !status {
        return Err(Problem::field("role", "required", codes::title("required")));
    }
    if role.is_some_and(|role| role.len() > MAX_TEXT) {
        return Err(Problem::field("role", "unsupported", codes::title("unsupported")));
    }
    Ok(())
}

/// `DELETE /me/members/{account_id}`: works here no more. The account remains, with what it is elsewhere.
pub async fn remove_member(
    staff: Permitted<ManageMembers>,
    PathId(account_id): PathId<StaffId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    set(&staff, account_id, None, Some(NewStatus::Removed.as_str())).await
}

async fn set(
    staff: &Permitted<ManageMembers>,
    account_id: StaffId,
    role: Option<String>,
    status: Option<&'static str>,
) -> Result<Response, Problem> {
    let may = Authority::of(&staff.permissions());
    let input = SetInput { account_id: account_id.as_uuid(), role, status, may };
    let changed = staff.call(&members::SET, &input).await?;
    staff.revoke(changed.ended).await;
    staff.outdate(changed.outdated).await;
    staff.success(StatusCode::OK, &MemberView::from(&changed.member))
}
