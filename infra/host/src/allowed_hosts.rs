//! Which hosts a component may connect to, as Spin's `crates/outbound-networking-config` reads `allowed_outbound_hosts`:
//! `<scheme>://<host>[:<port>]`, each part a `*` if need be; the host may be `self`, `*.suffix`, an address range, or a name.

mod cidr;
mod port;

use anyhow::{Context as _, bail, ensure};
use url::Host;

use crate::variables::Variables;
use cidr::Cidr;
use port::PortRule;

/// The suffix of host names that address a component of the same application.
pub const SERVICE_CHAINING_SUFFIX: &str = ".spin.internal";

/// The hosts one component may connect to.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    /// `None` allows every scheme.
    scheme: Option<String>,
    host: HostRule,
    port: PortRule,
}

#[derive(Clone, Debug, PartialEq)]
enum HostRule {
    Any,
    /// With its leading dot.
    Suffix(String),
    /// The application itself, addressed without a host.
    Itself,
    Literal(Host),
    Range(Cidr),
}

impl AllowedHosts {
    /// Reads the entries of a manifest, templates included. An entry that only a variable made empty is skipped: an optional endpoint.
    ///
    /// # Errors
    /// Naming the entry at fault.
    pub fn new(entries: &[String], variables: &Variables) -> anyhow::Result<Self> {
        let mut rules = Vec::with_capacity(entries.len());
        for entry in entries {
            let expanded = variables.expand(entry).with_context(|| format!("allowed_outbound_hosts: {entry:?}"))?;
            let optional = entry.contains("{{") && ["", "http://", "https://"].contains(&expanded.as_str());
            if !optional {
                rules.push(Rule::parse(&expanded).with_context(|| format!("allowed_outbound_hosts: {entry:?}"))?);
            }
        }
        Ok(Self { rules })
    }

    /// Whether a connection to `host` is allowed; without a port, the scheme's own is meant.
    #[must_use]
    pub fn allows(&self, scheme: &str, host: &str, port: Option<u16>) -> bool {
        let Ok(host) = Host::parse(host) else { return false };
        self.rules.iter().any(|rule| {
            rule.scheme.as_deref().is_none_or(|allowed| allowed == scheme)
                && rule.host.allows(&host)
                && rule.port.allows(port, scheme)
        })
    }

    /// Whether requests to the application itself, addressed without a host, are allowed.
    #[must_use]
    pub fn allows_self(&self) -> bool {
        self.rules.iter().any(|rule| {
            let http = rule.scheme.as_deref().is_none_or(|scheme| scheme == "http" || scheme == "https");
            http && matches!(rule.host, HostRule::Any | HostRule::Itself)
        })
    }
}

impl Rule {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let Some((scheme, rest)) = text.trim().split_once("://") else {
            bail!("is not of the form <scheme>://<host>[:<port>]");
        };
        let (host, port) = split_port(rest)?;
        let port = PortRule::parse(port, scheme)?;
        ensure!(scheme == "*" || scheme.chars().all(char::is_alphabetic), "scheme {scheme:?} may hold letters only");
        let scheme = (scheme != "*").then(|| scheme.to_owned());
        Ok(Self { scheme, host: HostRule::parse(host)?, port })
    }
}

/// Splits `host[:port][/]`; what parses as a host as a whole (an IPv6 address) has no port.
fn split_port(rest: &str) -> anyhow::Result<(&str, &str)> {
    match rest.rsplit_once(':') {
        None => Ok((rest, "")),
        Some((host, "")) => Ok((host, "")),
        Some(_) if HostRule::parse(rest).is_ok() => Ok((rest, "")),
        Some((host, tail)) => {
            let (port, path) = tail.split_once('/').unwrap_or((tail, ""));
            ensure!(path.is_empty(), "must not have a path");
            Ok((host, port))
        }
    }
}

impl HostRule {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let text = text.trim();
        match text {
            "*" => return Ok(Self::Any),
            "self" | "self.alt" => return Ok(Self::Itself),
            _ => {}
        }
        ensure!(!text.starts_with('{'), "lists of hosts are not supported");
        if let Some(range) = Cidr::parse(text) {
            return Ok(Self::Range(range));
        }
        let text = text.strip_suffix('/').unwrap_or(text);
        ensure!(!text.contains('/'), "must not have a path");
        if let Some(suffix) = text.strip_prefix("*.") {
            ensure!(!suffix.contains('*'), "a wildcard may stand at the front only");
            let Host::Domain(domain) = Host::parse(suffix)? else { bail!("a wildcard needs a domain behind it") };
            return Ok(Self::Suffix(format!(".{domain}")));
        }
        ensure!(!text.contains('*'), "a wildcard may stand for whole labels at the front only");
        Ok(Self::Literal(Host::parse(text)?))
    }

    fn allows(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Suffix(suffix), Host::Domain(domain)) => domain.ends_with(suffix),
            (Self::Literal(literal), host) => literal == host,
            (Self::Range(range), Host::Ipv4(address)) => range.contains((*address).into()),
            (Self::Range(range), Host::Ipv6(address)) => range.contains((*address).into()),
            (Self::Suffix(_) | Self::Range(_) | Self::Itself, _) => false,
        }
    }
}

#[cfg(test)]
mod tests;
