//! `/me/ownership` and `/me/leave`: whose the shop is, and how to be no part of it any more.

use axum::response::Response;
use commerce_db::members::{self, Authority, TransferInput};
use commerce_db::system::NoInput;
use commerce_domain::permission::may::TransferOwnership;
use commerce_domain::{SessionId, StaffId};
use commerce_http::{JsonBody, NoParams, Permitted, Problem, Query, Staff};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::members::MemberView;

/// Who becomes owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOwner {
    account_id: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ShopLeft)]
pub struct Left {
    ended: Vec<SessionId>,
}

/// `POST /me/ownership`: an active member becomes owner, and the caller an administrator. Both get new tokens by refreshing.
pub async fn transfer(
    staff: Permitted<TransferOwnership>,
    _: Query<NoParams>,
    body: JsonBody<NewOwner>,
) -> Result<Response, Problem> {
    let account_id = StaffId::parse(&body.value.account_id).map_err(|_| Problem::not_found("member_not_found"))?;
    let input = TransferInput { account_id: account_id.as_uuid(), may: Authority::of(&staff.permissions()) };
    let transferred = staff.call(&members::TRANSFER, &input).await?;
    staff.outdate(transferred.outdated).await;
    staff.success(StatusCode::OK, &MemberView::from(&transferred.member))
}

/// `POST /me/leave`: the caller works here no more, and is signed out. The last owner stays.
pub async fn leave(staff: Staff, _: Query<NoParams>) -> Result<Response, Problem> {
    let left = staff.call(&members::LEAVE, &NoInput {}).await?;
    staff.revoke(left.ended.iter().copied()).await;
    staff.success(StatusCode::OK, &Left { ended: left.ended.into_iter().map(SessionId::new).collect() })
}
