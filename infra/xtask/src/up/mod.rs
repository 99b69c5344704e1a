//! `cargo xtask up`: the whole application on this machine.

mod command;
mod gateway;
mod http;
mod instance;
mod prepare;
mod service;
mod setpriv;
mod variables;

pub use command::{UpArgs, run};
pub use instance::stop;
pub use variables::print as print_variables;
