//! What the pipeline does to every request, whatever it is about.

mod compression;
mod cors;
mod headers;
mod order;
mod trace;
