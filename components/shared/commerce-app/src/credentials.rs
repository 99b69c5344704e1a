//! What proves people: registering, proving an address, setting passwords, enrolling an authenticator. Each is one statement.
//!
//! Nobody learns from these whether an address is known: what an address that has an account gets is another message, never another
//! answer, and both cost the same hashes.

pub mod address;
pub mod authenticator;
pub mod change_password;
pub mod invitation;
mod new_password;
pub mod register;
pub mod reset_password;

pub use new_password::ChosenPassword;
