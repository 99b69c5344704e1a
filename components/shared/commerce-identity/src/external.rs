//! People whom somebody else proves (OAU-*, AUTH-17): tokens of OpenID providers and of issuers such as Clerk, what is drawn for the
//! authorization code flow, and the signatures of their webhooks.

mod assertion;
mod claims;
mod flow;
mod verifier;
mod webhook;

pub use assertion::AssertionKey;
pub use claims::{ExternalPerson, Party};
pub use flow::{BrowserKey, Flow};
pub use verifier::{ExternalKeys, verify};
pub use webhook::{WebhookError, WebhookSecret};
