//! The tests of the whole application: `api/` mirrors the URL tree, `sql/` is about the database itself, `isolation/` about one
//! shop not seeing another.

mod api;
mod isolation;
mod sql;
