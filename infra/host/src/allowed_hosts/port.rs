//! The port of an allowed host.

use anyhow::Context as _;

/// Which ports a rule allows.
#[derive(Clone, Debug, PartialEq)]
pub enum PortRule {
    /// `*`.
    Any,
    /// One.
    Single(u16),
    /// `from..to`, without `to`.
    Range(u16, u16),
}

impl PortRule {
    /// Reads a port; an empty one is the scheme's own.
    pub fn parse(text: &str, scheme: &str) -> anyhow::Result<Self> {
        let number = |text: &str| text.parse::<u16>().with_context(|| format!("port {text:?} is not a number"));
        if text.is_empty() {
            let port = well_known(scheme);
            return port
                .map(Self::Single)
                .with_context(|| format!("there is no port, and none is known for {scheme:?}"));
        }
        if text == "*" {
            return Ok(Self::Any);
        }
        match text.split_once("..") {
            Some((from, to)) => Ok(Self::Range(number(from)?, number(to)?)),
            None => Ok(Self::Single(number(text)?)),
        }
    }

    /// Whether `port`, or the scheme's own without one, is allowed.
    pub fn allows(&self, port: Option<u16>, scheme: &str) -> bool {
        let port = port.or_else(|| well_known(scheme));
        match (self, port) {
            (Self::Any, _) => true,
            (Self::Single(allowed), Some(port)) => *allowed == port,
            (Self::Range(from, to), Some(port)) => (*from..*to).contains(&port),
            (_, None) => false,
        }
    }
}

fn well_known(scheme: &str) -> Option<u16> {
    match scheme {
        "postgres" => Some(5432),
        "mysql" => Some(3306),
        "redis" => Some(6379),
        "mqtt" => Some(1883),
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}
