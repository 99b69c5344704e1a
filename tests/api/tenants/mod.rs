//! `/api/v1/tenants/me`: settings, members, roles.

mod invitations;
mod members;
mod roles;
mod settings;
