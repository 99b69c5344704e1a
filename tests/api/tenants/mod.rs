//! `/api/v1/tenants/me`: settings, domains, members, roles, the trail.

mod audit;
mod audit_export;
mod audit_lines;
mod domains;
mod integrations;
mod invitations;
mod members;
mod roles;
mod settings;
