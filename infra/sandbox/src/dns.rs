//! `/dns-query`: a DNS-over-HTTPS resolver (RFC 8484) that knows the TXT records it was told, and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Response, StatusCode, request};
use http_body_util::Full;
use serde::{Deserialize, Serialize};
use serde_json::json;
use simple_dns::rdata::{RData, TXT};
use simple_dns::{CLASS, CharacterString, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE};

use crate::behaviour::{DnsBehaviour, DnsFault};
use crate::gateway::Gateway;
use crate::lock;
use crate::reply::{Dropped, Reply, json};

const DNS_MESSAGE: &str = "application/dns-message";

/// Seconds for which an answer may be kept.
const TTL_S: u32 = 60;

/// The TXT records of one name: each of several strings.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TxtRecords {
    /// The name, without the root's dot; its case does not matter.
    pub name: String,
    /// Its records. None at all: the name exists, and has no such record.
    pub txt: Vec<Vec<String>>,
}

/// What the resolver knows: records by name, in lower case.
#[derive(Debug, Default)]
pub(crate) struct Zone(BTreeMap<String, Vec<Vec<String>>>);

impl Zone {
    /// Sets the records of a name, instead of those before.
    ///
    /// # Errors
    /// When the name or a string is none that the DNS can hold.
    pub(crate) fn set(&mut self, records: TxtRecords) -> Result<(), simple_dns::SimpleDnsError> {
        Name::new(&records.name)?;
        for string in records.txt.iter().flatten() {
            CharacterString::new(string.as_bytes())?;
        }
        self.0.insert(records.name.to_ascii_lowercase(), records.txt);
        Ok(())
    }

    /// Forgets all names.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// All names with their records.
    pub(crate) fn all(&self) -> Vec<TxtRecords> {
        self.0.iter().map(|(name, txt)| TxtRecords { name: name.clone(), txt: txt.clone() }).collect()
    }
}

/// Answers a request at `/dns-query`.
pub(crate) async fn respond(gateway: &Gateway, head: &request::Parts, body: &[u8]) -> Result<Reply, Dropped> {
    let behaviour = lock(&gateway.behaviour).dns.take();
    let DnsBehaviour { delay_ms, fault, .. } = behaviour;
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    let refused = |status, message: &str| Ok(json(status, &json!({"message": message})));
    match &fault {
        Some(DnsFault::Drop) => return Err(Dropped),
        Some(DnsFault::Status(status)) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return refused(status, "as asked for");
        }
        Some(DnsFault::Garbage) => return Ok(message(b"<html>this is no DNS message</html>".to_vec())),
        _ => {}
    }
    let question = match head.method {
        Method::POST if head.headers.get(CONTENT_TYPE).is_some_and(|given| given == DNS_MESSAGE) => Some(body.to_vec()),
        Method::POST => return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "application/dns-message is asked for"),
        Method::GET => head.uri.query().and_then(|query| URL_SAFE_NO_PAD.decode(query.strip_prefix("dns=")?).ok()),
        _ => return refused(StatusCode::METHOD_NOT_ALLOWED, "GET or POST"),
    };
    let records = lock(&gateway.zone);
    match question.and_then(|question| answer(&records, &question, fault.as_ref())) {
        Some(body) => Ok(message(body)),
        None => refused(StatusCode::BAD_REQUEST, "this is no question to the DNS"),
    }
}

/// The answer to a question of one name; `None` for what is none.
fn answer(zone: &Zone, question: &[u8], fault: Option<&DnsFault>) -> Option<Vec<u8>> {
    let query = Packet::parse(question).ok().filter(|query| !query.has_flags(PacketFlag::RESPONSE))?;
    let [asked] = query.questions.as_slice() else { return None };
    let mut reply = Packet::new_reply(query.id());
    reply.set_flags(PacketFlag::RECURSION_DESIRED | PacketFlag::RECURSION_AVAILABLE);
    reply.questions.push(asked.clone());
    let found = zone.0.get(&asked.qname.to_string().to_ascii_lowercase());
    if found.is_none() {
        *reply.rcode_mut() = RCODE::NameError;
    }
    let records = found.into_iter().flatten().filter(|_| asked.qtype == QTYPE::TYPE(TYPE::TXT));
    for strings in records {
        let text = strings.iter().try_fold(TXT::new(), |text, string| text.with_string(string)).ok()?;
        reply.answers.push(ResourceRecord::new(asked.qname.clone(), CLASS::IN, TTL_S, RData::TXT(text)));
    }
    match fault {
        Some(DnsFault::ServerFailure) => {
            reply.answers.clear();
            *reply.rcode_mut() = RCODE::ServerFailure;
        }
        Some(DnsFault::Truncated) => {
            reply.answers.clear();
            reply.set_flags(PacketFlag::TRUNCATION);
        }
        Some(DnsFault::OtherName) => {
            for asked in &mut reply.questions {
                asked.qname = Name::new_unchecked("other.example");
            }
        }
        _ => {}
    }
    reply.build_bytes_vec_compressed().ok()
}

fn message(body: Vec<u8>) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(DNS_MESSAGE));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::{QCLASS, Question};

    fn ask(zone: &Zone, name: &str, fault: Option<&DnsFault>) -> (RCODE, Vec<String>) {
        let mut query = Packet::new_query(7);
        query.questions.push(Question::new(
            Name::new(name).unwrap(),
            QTYPE::TYPE(TYPE::TXT),
            QCLASS::CLASS(CLASS::IN),
            false,
        ));
        let bytes = answer(zone, &query.build_bytes_vec().unwrap(), fault).unwrap();
        let reply = Packet::parse(&bytes).unwrap();
        assert!(reply.id() == 7 && reply.has_flags(PacketFlag::RESPONSE));
        assert_eq!(reply.has_flags(PacketFlag::TRUNCATION), fault == Some(&DnsFault::Truncated));
        let rcode = reply.rcode();
        let texts = reply.answers.into_iter().filter_map(|record| match record.rdata {
            RData::TXT(text) => Some(String::try_from(text).unwrap()),
            _ => None,
        });
        let texts = texts.collect();
        (rcode, texts)
    }

    #[test]
    fn it_answers_what_it_was_told() {
        let mut zone = Zone::default();
        let txt = vec![vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]];
        zone.set(TxtRecords { name: "_X.Shop.example".into(), txt }).unwrap();
        zone.set(TxtRecords { name: "empty.example".into(), txt: vec![] }).unwrap();
        assert_eq!(ask(&zone, "_x.shop.EXAMPLE", None), (RCODE::NoError, vec!["ab".into(), "c".into()]));
        assert_eq!(ask(&zone, "empty.example", None), (RCODE::NoError, vec![]));
        assert_eq!(ask(&zone, "nobody.example", None), (RCODE::NameError, vec![]));
        assert_eq!(ask(&zone, "_x.shop.example", Some(&DnsFault::ServerFailure)), (RCODE::ServerFailure, vec![]));
        assert_eq!(ask(&zone, "_x.shop.example", Some(&DnsFault::Truncated)), (RCODE::NoError, vec![]));
        for wrong in [&b""[..], b"GET / HTTP/1.1", &[0; 12]] {
            assert_eq!(answer(&zone, wrong, None), None);
        }
        let long = TxtRecords { name: "long.example".into(), txt: vec![vec!["x".repeat(256)]] };
        assert!(zone.set(long).is_err());
        zone.clear();
        assert!(zone.all().is_empty());
    }
}
