//! `/customers`: what staff do to customers' accounts. It counts from the next request of the account on.

use axum::response::Response;
use commerce_db::auth::{self, AccountStatus, SetCustomerInput};
use commerce_domain::CustomerId;
use commerce_domain::permission::may::ManageCustomers;
use commerce_http::{JsonBody, NoParams, PathId, Permitted, Problem, Query};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What changes of a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerPatch {
    status: AccountStatus,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerView {
    account_id: CustomerId,
    status: AccountStatus,
}

/// `PATCH /customers/{account_id}`: suspended, or active again.
pub async fn update_customer(
    staff: Permitted<ManageCustomers>,
    PathId(account_id): PathId<CustomerId>,
    _: Query<NoParams>,
    body: JsonBody<CustomerPatch>,
) -> Result<Response, Problem> {
    let input = SetCustomerInput { account_id: account_id.as_uuid(), status: body.value.status };
    let changed = staff.call(&auth::SET_CUSTOMER, &input).await?;
    staff.revoke(changed.ended).await;
    let account_id = CustomerId::new(changed.account_id);
    staff.success(StatusCode::OK, &CustomerView { account_id, status: changed.status })
}
