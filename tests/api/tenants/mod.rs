//! `/api/v1/tenants/me`: settings, members, roles, the trail.

mod audit;
mod audit_export;
mod audit_lines;
mod integrations;
mod invitations;
mod members;
mod roles;
mod settings;
