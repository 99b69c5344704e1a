//! `/me`: the shop itself, as its staff see it.

use std::collections::BTreeMap;

use axum::response::Response;
use commerce_app::shapes::{TenantDomain, TenantPlan};
use commerce_app::tenant_settings::SettingsInput;
use commerce_db::carts::TaxFacts;
use commerce_db::plans;
use commerce_db::system::NoInput;
use commerce_db::tenants::{self, PasswordRules, Settings, UpdateInput};
use commerce_domain::TenantId;
use commerce_domain::permission::may::WriteSettings;
use commerce_domain::permission::{ROLES, Role};
use commerce_http::{Ctx, IfMatch, JsonBody, NoParams, Permitted, Problem, Query, Staff};
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = Tenant)]
pub struct SettingsView<'a> {
    id: TenantId,
    slug: &'a str,
    name: &'a BTreeMap<String, String>,
    status: &'a str,
    region: &'a str,
    locale: &'a str,
    locales: &'a [String],
    currency: &'a str,
    timezone: &'a str,
    country: &'a str,
    #[schema(value_type = TaxFacts)]
    tax: &'a RawValue,
    show_available: bool,
    mfa: &'a str,
    mfa_roles: &'a [String],
    password_rules: PasswordRules,
    cors_origins: &'a [String],
    #[schema(value_type = Vec<TenantDomain>)]
    domains: &'a RawValue,
    #[schema(value_type = TenantPlan)]
    plan: &'a RawValue,
    created_at: &'a str,
    updated_at: &'a str,
    version: i64,
}

/// `GET /me`
pub async fn show_tenant(staff: Staff, _: Query<NoParams>) -> Result<Response, Problem> {
    let settings = staff.call(&tenants::READ, &NoInput {}).await?;
    respond(&staff, &settings)
}

/// `GET /me/usage`: counted now.
pub async fn show_usage(staff: Staff, _: Query<NoParams>) -> Result<Response, Problem> {
    let usage = staff.call(&plans::USAGE, &NoInput {}).await?;
    staff.success(StatusCode::OK, &usage)
}

/// `PATCH /me`: shoppers see it within five seconds, as long as a tenant is kept (design §4).
pub async fn update_tenant(
    staff: Permitted<WriteSettings>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
    body: JsonBody<SettingsInput>,
) -> Result<Response, Problem> {
    let patch = body.value.check().map_err(Problem::wrong_fields)?;
    let shipped = ROLES.into_iter().map(Role::as_str).collect();
    let settings = staff.call(&tenants::UPDATE, &UpdateInput { version, patch, shipped }).await?;
    respond(&staff, &settings)
}

fn respond(ctx: &Ctx, settings: &Settings) -> Result<Response, Problem> {
    let view = SettingsView {
        id: TenantId::new(settings.id),
        slug: &settings.slug,
        name: &settings.name,
        status: &settings.status,
        region: &settings.region,
        locale: &settings.locale,
        locales: &settings.locales,
        currency: &settings.currency,
        timezone: &settings.timezone,
        country: &settings.country,
        tax: &settings.tax,
        show_available: settings.show_available,
        mfa: &settings.mfa,
        mfa_roles: &settings.mfa_roles,
        password_rules: settings.password_rules,
        cors_origins: &settings.cors_origins,
        domains: &settings.domains,
        plan: &settings.plan,
        created_at: &settings.created_at,
        updated_at: &settings.updated_at,
        version: settings.version,
    };
    ctx.info().versioned(StatusCode::OK, &view, settings.version)
}
