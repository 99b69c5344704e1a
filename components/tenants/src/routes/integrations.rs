//! `/me/integrations`: programs that act for the shop, and the keys that prove them (DEV-01, DEV-02).

use axum::response::Response;
use commerce_app::integrations::{
    CheckedIntegration, IntegrationChanges, IntegrationInput, KeyInput, MAX_INTEGRATIONS, RotationInput, draw_key,
};
use commerce_app::shapes::ApiKey;
use commerce_db::integrations::{
    self, AddKeyInput, Integration, NewIntegration, RemoveInput, RevokeKeyInput, RotateKeyInput, UpdateInput,
};
use commerce_db::ops::ById;
use commerce_db::system::NoInput;
use commerce_domain::permission::may::ManageIntegrations;
use commerce_domain::{ApiKeyId, IntegrationId};
use commerce_http::{IfMatch, JsonBody, NoParams, PathId, Permitted, Problem, Query, Staff};
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// A new key, with the one showing of what it is.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedApiKey)]
pub struct Issued<'a> {
    /// The key itself: it is shown now and never again.
    token: String,
    #[schema(value_type = ApiKey)]
    key: &'a RawValue,
}

/// `GET /me/integrations`: the oldest first.
pub async fn list_integrations(staff: Permitted<ManageIntegrations>, _: Query<NoParams>) -> Result<Response, Problem> {
    let found = staff.call(&integrations::LIST, &NoInput {}).await?;
    staff.success(StatusCode::OK, &found)
}

/// `POST /me/integrations`
pub async fn create_integration(
    staff: Permitted<ManageIntegrations>,
    _: Query<NoParams>,
    body: JsonBody<IntegrationInput>,
) -> Result<Response, Problem> {
    let checked = body.value.check().map_err(Problem::wrong_fields)?;
    keep_to_own(&staff, &checked)?;
    let patch = checked.into_patch();
    let input = NewIntegration {
        id: Uuid::now_v7(),
        name: patch.name.unwrap_or_default(),
        scopes: patch.scopes.unwrap_or_default(),
        allowed_addresses: patch.allowed_addresses.unwrap_or_default(),
        rate_per_minute: patch.rate_per_minute.unwrap_or_default(),
        max: MAX_INTEGRATIONS,
    };
    respond(&staff, StatusCode::CREATED, &staff.call(&integrations::CREATE, &input).await?)
}

/// `GET /me/integrations/{integration_id}`
pub async fn show_integration(
    staff: Permitted<ManageIntegrations>,
    PathId(id): PathId<IntegrationId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    respond(&staff, StatusCode::OK, &staff.call(&integrations::READ, &ById { id: id.as_uuid() }).await?)
}

/// `PATCH /me/integrations/{integration_id}`: for all its keys, from their next request on.
pub async fn update_integration(
    staff: Permitted<ManageIntegrations>,
    PathId(id): PathId<IntegrationId>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
    body: JsonBody<IntegrationChanges>,
) -> Result<Response, Problem> {
    let checked = body.value.check().map_err(Problem::wrong_fields)?;
    keep_to_own(&staff, &checked)?;
    let input = UpdateInput { id: id.as_uuid(), version, patch: checked.into_patch() };
    respond(&staff, StatusCode::OK, &staff.call(&integrations::UPDATE, &input).await?)
}

/// `DELETE /me/integrations/{integration_id}`: its keys go with it.
pub async fn remove_integration(
    staff: Permitted<ManageIntegrations>,
    PathId(id): PathId<IntegrationId>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let input = RemoveInput { id: id.as_uuid(), version };
    respond(&staff, StatusCode::OK, &staff.call(&integrations::REMOVE, &input).await?)
}

/// `POST /me/integrations/{integration_id}/keys`
pub async fn create_key(
    staff: Permitted<ManageIntegrations>,
    PathId(id): PathId<IntegrationId>,
    _: Query<NoParams>,
    body: JsonBody<KeyInput>,
) -> Result<Response, Problem> {
    let ttl_s = body.value.check().map_err(Problem::wrong_fields)?;
    let (new, token) = draw_key(ttl_s).map_err(|_| Problem::internal())?;
    let key = staff.call(&integrations::ADD_KEY, &AddKeyInput { id: id.as_uuid(), new }).await?;
    staff.success(StatusCode::CREATED, &Issued { token, key: &key })
}

/// `POST /me/integrations/{integration_id}/keys/{key_id}/rotate`: the old key is good for a while yet.
pub async fn rotate_key(
    staff: Permitted<ManageIntegrations>,
    PathId(id): PathId<IntegrationId>,
    PathId(old): PathId<ApiKeyId>,
    _: Query<NoParams>,
    body: JsonBody<RotationInput>,
) -> Result<Response, Problem> {
    let (ttl_s, overlap_s) = body.value.check().map_err(Problem::wrong_fields)?;
    let (new, token) = draw_key(ttl_s).map_err(|_| Problem::internal())?;
    let input = RotateKeyInput { id: id.as_uuid(), old_id: old.as_uuid(), overlap_s, new };
    let key = staff.call(&integrations::ROTATE_KEY, &input).await?;
    staff.success(StatusCode::CREATED, &Issued { token, key: &key })
}

/// `DELETE /me/integrations/{integration_id}/keys/{key_id}`: from its next request on.
pub async fn revoke_key(
    staff: Permitted<ManageIntegrations>,
    PathId(id): PathId<IntegrationId>,
    PathId(key): PathId<ApiKeyId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let input = RevokeKeyInput { id: id.as_uuid(), key_id: key.as_uuid() };
    let revoked = staff.call(&integrations::REVOKE_KEY, &input).await?;
    staff.success(StatusCode::OK, &revoked)
}

/// Nobody hands on what they may not do themselves.
fn keep_to_own(staff: &Staff, checked: &CheckedIntegration) -> Result<(), Problem> {
    let beyond = checked.scopes.iter().flatten().any(|permission| !staff.may(*permission));
    if beyond { Err(Problem::new(StatusCode::FORBIDDEN, "beyond_own_permissions")) } else { Ok(()) }
}

fn respond(staff: &Staff, status: StatusCode, found: &Integration) -> Result<Response, Problem> {
    staff.info().versioned(status, &found.integration, found.version)
}
