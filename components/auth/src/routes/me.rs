//! `/me`: the account of the member of staff who is signed in. A customer's is at `/api/v1/storefront/me`.

use axum::response::Response;
use chrono::{DateTime, NaiveDate};
use commerce_app::identity::profile::ProfileInput;
use commerce_app::identity::{account_view, now};
use commerce_db::auth::{self, UpdateMeInput};
use commerce_db::system::NoInput;
use commerce_http::{JsonBody, NoParams, Problem, Query, Staff};
use http::StatusCode;

/// `GET /me`
pub async fn show_profile(staff: Staff, _: Query<NoParams>) -> Result<Response, Problem> {
    let account = staff.call(&auth::ME, &NoInput {}).await?;
    staff.success(StatusCode::OK, &account_view(&account))
}

/// `PATCH /me`
pub async fn update_profile(
    staff: Staff,
    _: Query<NoParams>,
    body: JsonBody<ProfileInput>,
) -> Result<Response, Problem> {
    let patch = body.value.check(today()).map_err(Problem::wrong_fields)?;
    let account = staff.call(&auth::UPDATE_ME, &UpdateMeInput { patch }).await?;
    staff.success(StatusCode::OK, &account_view(&account))
}

fn today() -> NaiveDate {
    DateTime::from_timestamp(now(), 0).map(|now| now.date_naive()).unwrap_or_default()
}
