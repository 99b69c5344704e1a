//! Sign-in with others (OAU-*, AUTH-17): the authorization code flow of OpenID Connect, tokens that clients bring of an issuer such as Clerk,
//! and the webhooks by which such an issuer tells of its people. Whatever the way, it ends in our own session and tokens.
//!
//! Providers are rows (`identity.provider`), secrets are in the variable `sign_in_credentials`.

mod arrive;
mod callback;
mod credentials;
mod error;
mod exchange;
mod jwks;
mod state;
mod sync;

pub use arrive::{Arrival, Arrived, Brought, Who, bring};
pub use callback::{Callback, ProviderWord, Return, call_back};
pub use error::ExternalError;
pub use state::{STATE_TTL_S, Start, Started, start};
pub use sync::{Delivery, take_delivery};
