#![doc = include_str!("../README.md")]

mod answer;
mod cached;
mod caller;
pub mod codes;
mod cors;
mod cursor;
mod encode;
mod fault;
mod form;
mod gzip;
mod idempotency;
mod if_match;
mod info;
mod job;
mod json;
mod langs;
mod lines;
mod log;
pub mod openapi;
mod path;
mod pipeline;
mod problem;
mod query;
mod rate;
mod replay;
mod routes;
mod shop;
mod trace;
mod vary;

pub use answer::{Page, raw_json, stored_answer};
pub use cached::{Keep, Read};
pub use caller::{
    AccessCookie, Authorized, Customer, Permitted, Platform, RefreshCookie, Staff, Visitor, read_cookie, set_cookie,
};
pub use commerce_db::variables::{self, Secret, Variable};
pub use commerce_tenancy::CustomDomain;
pub use cursor::{CursorScope, export_limit, is_time, page_limit};
pub use form::Form;
pub use idempotency::{Fingerprint, IdempotencyKey};
pub use if_match::IfMatch;
pub use info::RequestInfo;
pub use job::JobAuth;
pub use json::{JsonBody, RawBody};
pub use path::{PathId, PathParam};
pub use pipeline::{Rendered, serve, serve_plain};
pub use problem::{FieldError, Problem};
pub use query::{NoParams, Query};
pub use rate::RateLimit;
pub use routes::{Gate, Gated, Methods, Routes, TENANT_PATHS, delete, get, patch, post, put};
pub use shop::Ctx;
