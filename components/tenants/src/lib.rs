//! A shop as its staff run it: settings, members, roles. `tenants`, `organizations` and `stores` are names of the same (ruling C-04);
//! `me` is the shop that the request names.

mod routes;

use commerce_http::{Routes, TENANT_PATHS, get, post};
use routes::{audit, members, ownership, roles, tenant};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

fn shop() -> Routes {
    Routes::new()
        .route("/me", get(tenant::show_tenant).patch(tenant::update_tenant))
        .route("/me/members", get(members::list_members))
        .route(
            "/me/members/{account_id}",
            get(members::show_member).patch(members::update_member).delete(members::remove_member),
        )
        .route("/me/audit", get(audit::search_audit))
        .route("/me/leave", post(ownership::leave))
        .route("/me/ownership", post(ownership::transfer))
        .route("/me/roles", get(roles::list_roles).post(roles::create_role))
        .route("/me/roles/{role}", get(roles::show_role).patch(roles::update_role).delete(roles::remove_role))
}

fn routes() -> Routes {
    TENANT_PATHS.into_iter().fold(Routes::new(), |routes, path| routes.nest(path, shop()))
}

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    commerce_http::serve(routes, request).await
}
