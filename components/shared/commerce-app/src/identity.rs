//! Signing in and staying signed in: what the two realms, staff and customers, share.
//!
//! Passwords, codes and tokens are made and checked by commerce-identity, which is pure; here they meet the clock, the randomness, the
//! configured keys and the database's functions. Whatever is wrong with a sign-in, its failure is one and the same.

pub mod account_view;
pub mod authenticator;
pub mod challenge;
mod clock;
mod error;
pub(crate) mod first_factor;
mod hash_queue;
mod identifier;
mod keys;
pub mod limits;
pub(crate) mod new_session;
mod one_step;
pub mod one_time_code;
mod origin;
pub mod profile;
pub mod refresh;
pub mod sign_in;
pub(crate) mod tenant;
pub mod tokens;

pub use account_view::{AccountView, account_view};
pub use clock::now;
pub use error::IdentityError;
pub use hash_queue::HashSlot;
pub use identifier::{identifier_hash, read_identifier};
pub use keys::{Keys, KeysError};
pub use new_session::{Grant, NewSessionDraft};
pub use origin::Origin;
