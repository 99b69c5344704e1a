//! Outbound HTTP: only to allowed hosts, over kept-alive connections, with time limits that a guest can shorten only.

mod body;
mod client;
mod hooks;
mod send;

pub use client::HttpClient;
pub use hooks::{ClientShim, HttpHooks};
