#![doc = include_str!("../README.md")]

mod answer;
mod cached;
mod caller;
pub mod codes;
mod cursor;
mod fault;
mod form;
mod idempotency;
mod info;
mod job;
mod json;
mod langs;
mod log;
mod path;
mod pipeline;
mod problem;
mod query;
mod rate;
mod replay;
mod shop;

pub use answer::{Page, raw_json, stored_answer};
pub use cached::{Keep, Read};
pub use caller::{AccessCookie, Customer, RefreshCookie, Staff, Visitor, read_cookie, revoke, set_cookie};
pub use commerce_db::variables::{self, Secret, Variable};
pub use cursor::CursorScope;
pub use form::Form;
pub use idempotency::{Fingerprint, IdempotencyKey};
pub use info::RequestInfo;
pub use job::JobAuth;
pub use json::{JsonBody, RawBody};
pub use path::{PathId, PathParam};
pub use pipeline::serve;
pub use problem::{FieldError, Problem};
pub use query::{NoParams, Query};
pub use rate::RateLimit;
pub use shop::Ctx;
