//! Functions that serve no tenant.

use serde::{Deserialize, Serialize};

use crate::call::global_function;

/// Input of a function that takes none.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct NoInput {}

/// Answer of a function that has nothing to say: an object whose members do not matter.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct NoAnswer {}

/// Answer of [`PING`].
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Pong {
    /// Always true: a database that cannot answer gives an error instead.
    pub ok: bool,
}

global_function! {
    /// A real round trip through the pool, for `/ready`.
    PING, "system_ping", NoInput => Pong
}
