//! `host`
fn main() {}
