//! Connection strings, and whether a component may use them.

use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::allowed_hosts::AllowedHosts;
use crate::bindings::postgres::Error;

/// How long a server may leave sent data unacknowledged before its connection is given up.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(10);

/// Parses `address` and checks each of its hosts.
///
/// The errors say nothing of what stands in the address beside host and port: it holds the password.
pub fn checked(address: &str, allowed: &AllowedHosts, connect_timeout: Duration) -> Result<Config, Error> {
    let refused = |text: String| Error::ConnectionFailed(text);
    let mut config: Config =
        address.parse().map_err(|_| refused("the address is not a PostgreSQL connection string".into()))?;
    if config.get_hosts().is_empty() {
        return Err(refused("the address names no host".into()));
    }
    for (index, host) in config.get_hosts().iter().enumerate() {
        let Host::Tcp(name) = host else {
            return Err(refused("Unix sockets are not supported on WebAssembly".into()));
        };
        let port = port(&config, index);
        if !allowed.allows("postgres", name, port) {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            return Err(refused(format!("address postgres://{name}{port} is not permitted")));
        }
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(connect_timeout);
    }
    config.tcp_user_timeout(UNACKNOWLEDGED_MAX);
    Ok(config)
}

/// The port of the host at `index`: its own, or the one given for all.
fn port(config: &Config, index: usize) -> Option<u16> {
    match config.get_ports() {
        [single] => Some(*single),
        ports => ports.get(index).copied(),
    }
}

/// Hosts and ports, for people and for the seam.
pub fn described(address: &str) -> String {
    let Ok(config) = address.parse::<Config>() else { return String::new() };
    let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| match host {
        Host::Tcp(name) => format!("{name}:{}", port(&config, index).unwrap_or(5432)),
        Host::Unix(path) => path.display().to_string(),
    });
    hosts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variables::Variables;

    fn check(address: &str, allowed: &str) -> Result<Config, String> {
        let allowed = AllowedHosts::new(&[allowed.to_owned()], &Variables::default()).unwrap();
        checked(address, &allowed, Duration::from_secs(2)).map_err(|error| match error {
            Error::ConnectionFailed(text) => text,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn only_allowed_hosts_and_ports_pass() {
        assert!(check("postgres://u:secret@db:5433/x", "postgres://db:5433").is_ok());
        assert!(check("host=db user=u password=secret", "postgres://db").is_ok());
        assert!(check("postgres://u:secret@db/x", "postgres://db:5433").is_err());
        assert!(check("host=db,evil port=5432 user=u", "postgres://db").unwrap_err().contains("evil"));
        assert!(check("host=/var/run/postgresql user=u", "postgres://*:*").is_err());
        assert!(check("user=u", "postgres://*:*").is_err());
    }

    #[test]
    fn refusals_never_show_the_password() {
        for address in
            ["postgres://u:secret@db:5433/x", "postgres://u:secret@[broken", "host=db password=secret user=u bad"]
        {
            let text = check(address, "postgres://elsewhere").unwrap_err();
            assert!(!text.contains("secret"), "{text}");
        }
        assert_eq!(described("postgres://u:secret@db:5433/x"), "db:5433");
    }
}
