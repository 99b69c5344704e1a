//! The tests of the whole application: `api/` mirrors the URL tree, `sql/` is about the database itself, `isolation/` about one
//! shop not seeing another, `openid_support` about the OpenID Connect provider that others sign in at.

mod api;
mod isolation;
mod openid_support;
mod sql;
