//! `/me/addresses`: where a customer's orders may go.

use axum::response::Response;
use commerce_db::customers::{
    self, AddAddressInput, AddressPatch, CustomerAddress, RemoveAddressInput, UpdateAddressInput,
};
use commerce_db::system::NoInput;
use commerce_domain::AddressId;
use commerce_domain::contact::{NewSavedAddress, SavedAddressInput, SavedAddressPatch, SavedAddressPatchInput};
use commerce_http::{Customer, JsonBody, NoParams, PathId, Problem, Query, raw_json};
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// Most addresses of a customer.
const MAX_ADDRESSES: u32 = 50;

#[derive(Serialize, ToSchema)]
#[schema(as = SavedAddress)]
pub struct AddressView<'a> {
    id: AddressId,
    label: Option<&'a str>,
    name: &'a str,
    phone: &'a str,
    #[schema(value_type = commerce_domain::contact::Address)]
    address: &'a RawValue,
    is_default: bool,
    created_at: &'a str,
    updated_at: &'a str,
}

/// Nothing but the id of what is gone.
#[derive(Serialize, ToSchema)]
#[schema(as = AddressRemoved)]
pub struct Removed {
    id: AddressId,
}

/// `GET /me/addresses`: the default one first.
pub async fn list_addresses(customer: Customer, _: Query<NoParams>) -> Result<Response, Problem> {
    let found = customer.call(&customers::ADDRESSES, &NoInput {}).await?;
    let views: Vec<_> = found.addresses.iter().map(view).collect();
    customer.success(StatusCode::OK, &views)
}

/// `POST /me/addresses`: the first one is the default.
pub async fn add_address(
    customer: Customer,
    _: Query<NoParams>,
    body: JsonBody<SavedAddressInput>,
) -> Result<Response, Problem> {
    let tenant = customer.require_tenant().await?;
    let new = NewSavedAddress::parse(&body.value, &tenant.country).map_err(Problem::wrong_fields)?;
    let input = AddAddressInput {
        id: Uuid::now_v7(),
        label: new.label.map(|label| label.into_string()),
        name: new.name.into_string(),
        phone: new.phone.as_str().to_owned(),
        address: raw_json(&new.address)?,
        is_default: new.is_default,
        max: MAX_ADDRESSES,
    };
    let added = customer.call(&customers::ADD_ADDRESS, &input).await?;
    customer.success(StatusCode::CREATED, &view(&added))
}

/// `PATCH /me/addresses/{address_id}`: `is_default` moves the mark here; it leaves only for another address.
pub async fn update_address(
    customer: Customer,
    PathId(id): PathId<AddressId>,
    _: Query<NoParams>,
    body: JsonBody<SavedAddressPatchInput>,
) -> Result<Response, Problem> {
    let tenant = customer.require_tenant().await?;
    let change = SavedAddressPatch::parse(&body.value, &tenant.country).map_err(Problem::wrong_fields)?;
    let patch = AddressPatch {
        label: change.label.map(|label| label.map(|label| label.into_string())),
        name: change.name.map(|name| name.into_string()),
        phone: change.phone.map(|phone| phone.as_str().to_owned()),
        address: change.address.map(|address| raw_json(&address)).transpose()?,
        is_default: change.is_default,
    };
    let changed = customer.call(&customers::UPDATE_ADDRESS, &UpdateAddressInput { id: id.as_uuid(), patch }).await?;
    customer.success(StatusCode::OK, &view(&changed))
}

/// `DELETE /me/addresses/{address_id}`: orders keep their own copy.
pub async fn remove_address(
    customer: Customer,
    PathId(id): PathId<AddressId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    customer.call(&customers::REMOVE_ADDRESS, &RemoveAddressInput { id: id.as_uuid() }).await?;
    customer.success(StatusCode::OK, &Removed { id })
}

fn view(address: &CustomerAddress) -> AddressView<'_> {
    AddressView {
        id: AddressId::new(address.id),
        label: address.label.as_deref(),
        name: &address.name,
        phone: &address.phone,
        address: &address.address,
        is_default: address.is_default,
        created_at: &address.created_at,
        updated_at: &address.updated_at,
    }
}
