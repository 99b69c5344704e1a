//! The platform's own people: which shops there are, who may work across them, and what was looked at. The routes are there at
//! `platform.<base_domain>` alone, each call says why (`X-Reason`), and all of it goes through functions of schema `ops` by a login of its own.

mod routes;

use commerce_app::shapes::{Plan, PlatformAccess, PlatformGrant, PlatformTenant};
use commerce_http::{Routes, TENANT_PATHS, delete, get, post};
use routes::{access, grants, jobs, plans, tenants};

fn shops() -> Routes {
    Routes::new()
        .route(
            "/",
            get(tenants::list_tenants)
                .pages::<PlatformTenant>()
                .post(tenants::create_tenant)
                .gives::<PlatformTenant>(201),
        )
        .route(
            "/{tenant_id}",
            get(tenants::show_tenant)
                .gives::<PlatformTenant>(200)
                .patch(tenants::update_tenant)
                .gives::<PlatformTenant>(200)
                .delete(tenants::delete_tenant)
                .gives::<PlatformTenant>(200),
        )
        .route("/{tenant_id}/subscribe", post(plans::subscribe_tenant).gives::<PlatformTenant>(200))
        .route("/{tenant_id}/suspend", post(tenants::suspend_tenant).gives::<PlatformTenant>(200))
        .route("/{tenant_id}/restore", post(tenants::restore_tenant).gives::<PlatformTenant>(200))
}

/// What is done here, and by whom.
#[must_use]
pub fn routes() -> Routes {
    TENANT_PATHS
        .into_iter()
        .fold(Routes::new(), |routes, path| routes.nest(path, shops()))
        .route(
            "/api/v1/platform/grants",
            get(grants::list_grants).pages::<PlatformGrant>().post(grants::create_grant).gives::<PlatformGrant>(201),
        )
        .route(
            "/api/v1/platform/plans",
            get(plans::list_plans).lists::<Plan>().post(plans::publish_plan).gives::<Plan>(201),
        )
        .route("/api/v1/platform/grants/{grant_id}", delete(grants::revoke_grant).gives::<PlatformGrant>(200))
        .route("/api/v1/platform/access", get(access::search_access).pages::<PlatformAccess>())
        .route("/internal/jobs/platform/purge", post(jobs::purge))
}

#[cfg(target_family = "wasm")]
#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> impl spin_sdk::http::IntoResponse {
    commerce_http::serve(routes, request).await
}
