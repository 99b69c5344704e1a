//! `/api/v1/tenants/me`: settings, members, roles.

mod audit;
mod invitations;
mod members;
mod roles;
mod settings;
