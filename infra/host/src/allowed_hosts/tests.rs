use super::*;

fn hosts(entries: &[&str]) -> AllowedHosts {
    let entries: Vec<_> = entries.iter().map(|&entry| entry.to_owned()).collect();
    AllowedHosts::new(&entries, &Variables::default()).unwrap()
}

#[test]
fn scheme_host_and_port_must_all_match() {
    let allowed = hosts(&["https://api.example.com", "http://localhost:8080"]);
    assert!(allowed.allows("https", "api.example.com", None));
    assert!(allowed.allows("https", "API.example.com", Some(443)));
    assert!(!allowed.allows("http", "api.example.com", None));
    assert!(!allowed.allows("https", "api.example.com", Some(8443)));
    assert!(!allowed.allows("https", "example.com", None));
    assert!(!allowed.allows("https", "evil-api.example.com", None));
    assert!(allowed.allows("http", "localhost", Some(8080)));
    assert!(!allowed.allows("http", "localhost", None));
}

#[test]
fn nothing_is_allowed_by_default() {
    assert!(!hosts(&[]).allows("https", "example.com", None));
    assert!(!hosts(&[]).allows_self());
}

#[test]
fn wildcards_stand_for_schemes_hosts_and_ports() {
    assert!(hosts(&["*://*:*"]).allows("postgres", "anywhere", Some(1)));
    assert!(hosts(&["https://*"]).allows("https", "127.0.0.1", None));
    let subdomains = hosts(&["https://*.example.com"]);
    assert!(subdomains.allows("https", "a.b.example.com", None));
    assert!(!subdomains.allows("https", "example.com", None));
    assert!(!subdomains.allows("https", "badexample.com", None));
    let range = hosts(&["tcp://127.0.0.1:3000..3010"]);
    assert!(range.allows("tcp", "127.0.0.1", Some(3009)));
    assert!(!range.allows("tcp", "127.0.0.1", Some(3010)));
}

#[test]
fn address_ranges_hold_addresses_not_names() {
    let allowed = hosts(&["http://10.0.0.0/8", "http://[::1]", "http://127.0.0.1:5432"]);
    assert!(allowed.allows("http", "10.200.3.4", None));
    assert!(!allowed.allows("http", "11.0.0.1", None));
    assert!(!allowed.allows("http", "ten.example.com", None));
    assert!(allowed.allows("http", "[::1]", None));
    assert!(allowed.allows("http", "127.0.0.1", Some(5432)));
    assert!(hosts(&["http://0.0.0.0/0"]).allows("http", "1.2.3.4", None));
}

#[test]
fn self_is_asked_for_apart() {
    let allowed = hosts(&["http://self"]);
    assert!(allowed.allows_self());
    assert!(!allowed.allows("http", "self", None));
    assert!(hosts(&["http://*"]).allows_self());
    assert!(!hosts(&["postgres://*"]).allows_self());
}

#[test]
fn postgres_has_its_default_port() {
    let allowed = hosts(&["postgres://db.internal"]);
    assert!(allowed.allows("postgres", "db.internal", Some(5432)));
    assert!(allowed.allows("postgres", "db.internal", None));
    assert!(!allowed.allows("postgres", "db.internal", Some(5433)));
}

#[test]
fn templates_are_expanded_and_may_come_out_empty() {
    use std::collections::BTreeMap;
    let declared = ["db_host", "optional"].map(|name| {
        (
            name.to_owned(),
            crate::manifest::Variable {
                description: None,
                default: Some(String::new()),
                required: false,
                secret: false,
            },
        )
    });
    let given = BTreeMap::from([("db_host".to_owned(), "10.1.2.3".to_owned())]);
    let variables = Variables::resolve(&BTreeMap::from(declared), &given, false).unwrap();
    let entries =
        ["postgres://{{ db_host }}:6000".to_owned(), "{{ optional }}".to_owned(), "https://{{ optional }}".to_owned()];
    let allowed = AllowedHosts::new(&entries, &variables).unwrap();
    assert!(allowed.allows("postgres", "10.1.2.3", Some(6000)));
    assert!(!allowed.allows("https", "10.1.2.3", None));
    assert!(AllowedHosts::new(&["postgres://{{ nobody }}".to_owned()], &variables).is_err());
}

#[test]
fn wrong_entries_are_refused() {
    for wrong in [
        "",
        "*",
        "example.com",
        "https://",
        "https://a/b",
        "https://a:b",
        "https://*.*.com",
        "https://a*b.com",
        "ht*p://a",
        "foo://a",
    ] {
        assert!(AllowedHosts::new(&[wrong.to_owned()], &Variables::default()).is_err(), "{wrong:?} was accepted");
    }
}
