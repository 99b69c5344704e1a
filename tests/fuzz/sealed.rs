//! What is sealed: secrets in the database, and tickets that the client holds.

use commerce_domain::TenantId;
use commerce_identity::seal::{KeyRing, Ticket, TicketScope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::target::Target;

const NOW: i64 = 1_800_000_000;
const KEYS: &str = r#"[{"id":"k2","key":"_wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},{"id":"k1","key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}]"#;
const CONTENT: &[u8] = b"what nobody else should read";
const AAD: &[u8] = b"message\x00id";

fn ring() -> KeyRing {
    KeyRing::parse(KEYS).unwrap()
}

/// Sealed by the older key.
fn older() -> KeyRing {
    KeyRing::parse(r#"[{"id":"k1","key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}]"#).unwrap()
}

fn sealed_text() -> Target {
    let good = [ring().seal(CONTENT, AAD, [9; 12]).unwrap(), older().seal(CONTENT, AAD, [8; 12]).unwrap()];
    let (ring, known) = (ring(), good.clone());
    Target::text("sealed text", good, move |text, _| {
        let _ = ring.needs_reseal(text);
        let opened = ring.open(text, AAD);
        assert!(opened.is_err() || known.iter().any(|known| known == text), "another text opens");
        opened.is_ok_and(|content| content.as_slice() == CONTENT)
    })
}

/// The place that a text was sealed for.
fn place() -> Target {
    let (ring, sealed) = (ring(), ring().seal(CONTENT, AAD, [9; 12]).unwrap());
    Target::bytes("place of a sealed text", [AAD], move |aad, _| {
        let opened = ring.open(&sealed, aad).is_ok();
        assert_eq!(opened, aad == AAD, "opened at another place");
        opened
    })
}

/// The variable with the keys.
fn keys() -> Target {
    let sealed = ring().seal(CONTENT, AAD, [9; 12]).unwrap();
    Target::text("sealing keys", [KEYS], move |text, _| {
        let Ok(ring) = KeyRing::parse(text) else { return false };
        if let Ok(content) = ring.open(&sealed, AAD) {
            assert!(
                text.contains("_wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") || text.contains('\\'),
                "opened by another key"
            );
            assert_eq!(content.as_slice(), CONTENT);
        }
        let own = ring.seal(CONTENT, AAD, [7; 12]).unwrap();
        assert_eq!(ring.open(&own, AAD).unwrap().as_slice(), CONTENT);
        true
    })
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Content {
    account: Uuid,
    method: String,
}

fn scope() -> TicketScope {
    TicketScope { purpose: "second_factor", tenant: TenantId::new(Uuid::from_u128(1)) }
}

fn ticket() -> Target {
    let content = || Content { account: Uuid::from_u128(2), method: "totp".to_owned() };
    let good = Ticket { expires_at: NOW + 300, content: content() }.seal(&ring(), &scope(), [9; 12]).unwrap();
    let (ring, known) = (ring(), good.clone());
    Target::text("ticket", [good], move |text, rng| {
        let _ = Ticket::<Content>::open(text, &ring, &scope(), rng.integer());
        let opened = Ticket::<Content>::open(text, &ring, &scope(), NOW);
        assert!(opened.is_err() || text == known, "another ticket was taken");
        let elsewhere = TicketScope { purpose: "enrol_totp", ..scope() };
        assert!(Ticket::<Content>::open(text, &ring, &elsewhere, NOW).is_err());
        opened.is_ok_and(|ticket| ticket.content == content())
    })
}

/// What a ticket holds when its key is ours and its content is not.
fn ticket_content() -> Target {
    let ring = ring();
    let aad = [b"second_factor\0", Uuid::from_u128(1).as_bytes().as_slice()].concat();
    let good =
        format!(r#"{{"expires_at":{},"content":{{"account":"{}","method":"totp"}}}}"#, NOW + 300, Uuid::from_u128(2));
    Target::bytes("content of a ticket", [good], move |bytes, _| {
        let Ok(text) = ring.seal(bytes, &aad, [9; 12]) else { return false };
        let opened = Ticket::<Content>::open(&text, &ring, &scope(), NOW);
        opened.is_ok_and(|ticket| {
            assert!(ticket.expires_at > NOW, "out of date");
            true
        })
    })
}

pub fn all() -> Vec<Target> {
    vec![sealed_text(), place(), keys(), ticket(), ticket_content()]
}
