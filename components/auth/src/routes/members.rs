//! `/members` and `/customers`: what administrators do to accounts. Both count from the next request of the account on.

use axum::response::Response;
use commerce_db::auth::{self, AccountStatus, SetCustomerInput, SetMemberInput};
use commerce_domain::permission::{Permission, Role};
use commerce_domain::{CustomerId, StaffId};
use commerce_http::{JsonBody, NoParams, PathId, Problem, Query, Staff, codes};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::person;

/// What changes of a membership.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberPatch {
    role: Option<String>,
    status: Option<AccountStatus>,
}

/// What changes of a customer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerPatch {
    status: AccountStatus,
}

#[derive(Serialize)]
struct MemberView {
    account_id: StaffId,
    role: String,
    status: AccountStatus,
}

#[derive(Serialize)]
struct CustomerView {
    account_id: CustomerId,
    status: AccountStatus,
}

/// `PATCH /members/{account_id}`: another role, suspended, or active again. Nobody changes their own membership, so a shop never loses its
/// last owner this way.
pub async fn update_member(
    staff: Staff,
    PathId(account_id): PathId<StaffId>,
    _: Query<NoParams>,
    body: JsonBody<MemberPatch>,
) -> Result<Response, Problem> {
    person::require(&staff, Permission::ManageMembers)?;
    let MemberPatch { role, status } = body.value;
    let role = role.map(|role| known(&role)).transpose()?;
    if role.is_none() && status.is_none() {
        return Err(Problem::field("role", "required", codes::title("required")));
    }
    if account_id.as_uuid() == staff.account() {
        return Err(Problem::conflict("own_membership"));
    }
    let input =
        SetMemberInput { account_id: account_id.as_uuid(), role: role.map(|role| role.as_str().to_owned()), status };
    let changed = staff.call(&auth::SET_MEMBER, &input).await?;
    person::revoke(&staff, changed.ended).await;
    let account_id = StaffId::new(changed.account_id);
    staff.success(StatusCode::OK, &MemberView { account_id, role: changed.role, status: changed.status })
}

/// `PATCH /customers/{account_id}`: suspended, or active again.
pub async fn update_customer(
    staff: Staff,
    PathId(account_id): PathId<CustomerId>,
    _: Query<NoParams>,
    body: JsonBody<CustomerPatch>,
) -> Result<Response, Problem> {
    person::require(&staff, Permission::ManageCustomers)?;
    let input = SetCustomerInput { account_id: account_id.as_uuid(), status: body.value.status };
    let changed = staff.call(&auth::SET_CUSTOMER, &input).await?;
    person::revoke(&staff, changed.ended).await;
    let account_id = CustomerId::new(changed.account_id);
    staff.success(StatusCode::OK, &CustomerView { account_id, status: changed.status })
}

fn known(role: &str) -> Result<Role, Problem> {
    Role::parse(role).ok_or_else(|| Problem::field("role", "unsupported", "must be a role of a shop's staff"))
}
