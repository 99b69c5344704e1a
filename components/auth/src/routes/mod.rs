//! Handlers, one file for each noun.

pub mod account_sessions;
pub mod aliases;
pub mod authenticators;
pub mod customers;
pub mod invitations;
pub mod jwks;
pub mod login;
pub mod logout;
pub mod me;
pub mod message_jobs;
pub mod mfa;
pub mod oauth;
pub mod oauth_webhook;
pub mod otp;
pub mod params;
pub mod passwords;
pub mod refresh;
pub mod registration;
pub mod sessions;
