//! A shop as its staff run it: settings, domains, members, roles, the trail of what they change; and the job that seals it. `tenants`, `organizations` and `stores` are names of the same (ruling C-04);
//! `me` is the shop that the request names.

mod routes;

use commerce_app::shapes::{ApiKey, AuditEntry, Integration, TenantUsage};
use commerce_http::{Routes, TENANT_PATHS, delete, get, post};
use routes::domains::DomainView;
use routes::integrations::Issued;
use routes::members::MemberView;
use routes::roles::RoleView;
use routes::tenant::SettingsView;
use routes::{audit, domains, integrations, jobs, members, ownership, roles, tenant};

fn shop() -> Routes {
    Routes::new()
        .route(
            "/me",
            get(tenant::show_tenant).gives::<SettingsView>(200).patch(tenant::update_tenant).gives::<SettingsView>(200),
        )
        .route("/me/usage", get(tenant::show_usage).gives::<TenantUsage>(200))
        .route(
            "/me/members",
            get(members::list_members).pages::<MemberView>().patch(members::update_members).lists::<MemberView>(),
        )
        .route(
            "/me/members/{account_id}",
            get(members::show_member)
                .gives::<MemberView>(200)
                .patch(members::update_member)
                .gives::<MemberView>(200)
                .delete(members::remove_member)
                .gives::<MemberView>(200),
        )
        .route(
            "/me/integrations",
            get(integrations::list_integrations)
                .lists::<Integration>()
                .post(integrations::create_integration)
                .gives::<Integration>(201),
        )
        .route(
            "/me/integrations/{integration_id}",
            get(integrations::show_integration)
                .gives::<Integration>(200)
                .patch(integrations::update_integration)
                .gives::<Integration>(200)
                .delete(integrations::remove_integration)
                .gives::<Integration>(200),
        )
        .route("/me/integrations/{integration_id}/keys", post(integrations::create_key).gives::<Issued>(201))
        .route("/me/integrations/{integration_id}/keys/{key_id}", delete(integrations::revoke_key).gives::<ApiKey>(200))
        .route(
            "/me/integrations/{integration_id}/keys/{key_id}/rotate",
            post(integrations::rotate_key).gives::<Issued>(201),
        )
        .route(
            "/me/domains",
            get(domains::list_domains).lists::<DomainView>().post(domains::add_domain).gives::<DomainView>(201),
        )
        .route(
            "/me/domains/{domain_id}",
            get(domains::show_domain)
                .gives::<DomainView>(200)
                .patch(domains::update_domain)
                .gives::<DomainView>(200)
                .delete(domains::remove_domain)
                .gives::<domains::Removed>(200),
        )
        .route("/me/domains/{domain_id}/verify", post(domains::verify_domain).gives::<DomainView>(200))
        .route("/me/audit", get(audit::search_audit).pages::<AuditEntry>())
        .route("/me/audit/export", get(audit::export_audit).gives_file(&["application/x-ndjson"]))
        .route("/me/leave", post(ownership::leave).gives::<ownership::Left>(200))
        .route("/me/ownership", post(ownership::transfer).gives::<MemberView>(200))
        .route("/me/roles", get(roles::list_roles).lists::<RoleView>().post(roles::create_role).gives::<RoleView>(201))
        .route(
            "/me/roles/{role}",
            get(roles::show_role)
                .gives::<RoleView>(200)
                .patch(roles::update_role)
                .gives::<RoleView>(200)
                .delete(roles::remove_role)
                .gives::<roles::Removed>(200),
        )
}

/// What is done here, and by whom.
#[must_use]
pub fn routes() -> Routes {
    let jobs = Routes::new().route("/internal/jobs/audit/seal", post(jobs::seal_audit));
    TENANT_PATHS.into_iter().fold(jobs, |routes, path| routes.nest(path, shop()))
}

#[cfg(target_family = "wasm")]
#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> impl spin_sdk::http::IntoResponse {
    commerce_http::serve(routes, request).await
}
