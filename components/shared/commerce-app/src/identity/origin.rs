//! Where a request comes from, as far as sign-ins look at it.

use std::net::IpAddr;

use commerce_db::auth::Client;
use commerce_identity::device::{self, Device};
use commerce_identity::identifier::network;
use commerce_identity::opaque::DeviceToken;

use crate::messages::Language;

/// Most characters of a `User-Agent` that are kept.
const MAX_USER_AGENT: usize = 400;

/// The network of a request whose address the platform does not tell: all of them share one.
const NO_NETWORK: &str = "unknown";

/// The client of a request.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Its address.
    pub ip: Option<IpAddr>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// `Accept-Language`.
    pub accept_language: Option<String>,
    /// What proves that it has signed in before.
    pub device: Option<DeviceToken>,
    /// Its languages, most preferred first.
    pub langs: Vec<String>,
}

impl Origin {
    /// For the throttles and the trail.
    #[must_use]
    pub fn client(&self) -> Client {
        let kept = |text: &String| text.chars().take(MAX_USER_AGENT).collect();
        Client {
            network: self.ip.map_or_else(|| NO_NETWORK.to_owned(), network),
            user_agent: self.user_agent.as_ref().map(kept),
            fingerprint: Some(device::fingerprint(self.user_agent.as_deref(), self.accept_language.as_deref())),
        }
    }

    /// What the device calls itself: "Chrome on Android".
    #[must_use]
    pub fn device_label(&self) -> String {
        Device::from_user_agent(self.user_agent.as_deref().unwrap_or_default()).to_string()
    }

    /// Of the device token that it sent.
    #[must_use]
    pub fn device_hash(&self) -> Option<String> {
        self.device.as_ref().map(DeviceToken::storage_hash)
    }

    /// The language of messages to somebody whose own is unknown.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        Language::pick(&self.langs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_told_coarsely() {
        let origin = Origin {
            ip: Some("203.0.113.77".parse().unwrap()),
            user_agent: Some("x".repeat(2_000)),
            ..Origin::default()
        };
        let client = origin.client();
        assert_eq!(client.network, "203.0.113.0/24");
        assert_eq!(client.user_agent.unwrap().len(), MAX_USER_AGENT);
        assert_eq!(client.fingerprint.unwrap().len(), 64);
        assert_eq!(Origin::default().client().network, NO_NETWORK);
    }
}
