//! The repository's own commands (`cargo xtask …`), as a library so that tests can prepare a database the way `up` does.

pub mod apt;
pub mod audit;
pub mod bench;
pub mod build;
pub mod check;
pub mod cli;
pub mod digest;
pub mod files;
pub mod identity;
pub mod interrupt;
pub mod keys;
pub mod migrate;
pub mod platform;
pub mod postgres;
pub mod process;
pub mod provider;
pub mod secrets;
pub mod seed;
pub mod session;
pub mod shell;
pub mod test;
pub mod ui;
pub mod up;
pub mod workspace;
