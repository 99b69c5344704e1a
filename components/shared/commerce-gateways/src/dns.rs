//! Questions to the DNS over HTTPS (RFC 8484): TXT records. A component can open no socket of its own, and the wire format is that of every resolver.
//!
//! As with the gateways, [`Resolver`] *builds a request* and *reads the answer*, both pure; [`look_up`] puts [`crate::send`] between them.

use std::time::Duration;

use commerce_domain::TraceContext;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};

use crate::error::GatewayError;
use crate::message::{GatewayRequest, GatewayResponse, Method};

/// Longest wait for the whole answer: with the statements around it, the client has its own within 5 s.
pub const TIMEOUT: Duration = Duration::from_millis(2_500);

/// The media type of questions and answers.
const DNS_MESSAGE: &str = "application/dns-message";

/// Longest answer that is read: that of the DNS itself (RFC 1035 §4.2.2).
const MAX_MESSAGE: usize = 65_535;

/// A recursive resolver that speaks DNS over HTTPS at `/dns-query`.
#[derive(Debug, Clone)]
pub struct Resolver {
    url: String,
}

impl Resolver {
    /// The resolver at an origin.
    ///
    /// # Errors
    /// [`GatewayError::InvalidRequest`] when it is no HTTP origin.
    pub fn new(origin: &str) -> Result<Self, GatewayError> {
        let origin = origin.trim_end_matches('/');
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        if !host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '@', '?', '#', ' '])) {
            return Err(GatewayError::InvalidRequest("dns_resolver_url"));
        }
        Ok(Self { url: format!("{origin}/dns-query") })
    }

    /// Asks for the TXT records of a name. Its id is 0, as RFC 8484 §4.1 recommends.
    ///
    /// # Errors
    /// [`GatewayError::InvalidRequest`] for what is no name of the DNS.
    pub fn request(&self, name: &str) -> Result<GatewayRequest, GatewayError> {
        let invalid = |_| GatewayError::InvalidRequest("name");
        let mut query = Packet::new_query(0);
        query.set_flags(PacketFlag::RECURSION_DESIRED);
        query.questions.push(question(Name::new(name).map_err(invalid)?));
        Ok(GatewayRequest {
            method: Method::Post,
            url: self.url.clone(),
            headers: vec![("accept", DNS_MESSAGE.to_owned()), ("content-type", DNS_MESSAGE.to_owned())],
            body: query.build_bytes_vec().map_err(invalid)?,
        })
    }

    /// The texts that the name has: of each record the strings in their order, joined. None when the name does not exist, or has no such record.
    ///
    /// # Errors
    /// [`GatewayError::Unavailable`] and [`GatewayError::Refused`] by the status of HTTP; [`GatewayError::Inconclusive`] for what is neither a yes nor
    /// a no: SERVFAIL and other failures of the resolver, and an answer that was cut off; [`GatewayError::OtherObject`] for an answer to another
    /// question; [`GatewayError::Malformed`] for what is no answer.
    pub fn read(&self, name: &str, answer: &GatewayResponse) -> Result<Vec<String>, GatewayError> {
        let body = answer.success()?;
        if body.len() > MAX_MESSAGE {
            return Err(GatewayError::TooLarge);
        }
        let malformed = |_| GatewayError::Malformed("message");
        let packet = Packet::parse(body).map_err(malformed)?;
        if !packet.has_flags(PacketFlag::RESPONSE) {
            return Err(GatewayError::Malformed("message"));
        }
        match packet.rcode() {
            _ if packet.has_flags(PacketFlag::TRUNCATION) => return Err(GatewayError::Inconclusive),
            RCODE::NoError | RCODE::NameError => {}
            _ => return Err(GatewayError::Inconclusive),
        }
        let asked = question(Name::new(name).map_err(|_| GatewayError::InvalidRequest("name"))?);
        match packet.questions.as_slice() {
            [one] if one.qname == asked.qname && one.qtype == asked.qtype && one.qclass == asked.qclass => {}
            _ => return Err(GatewayError::OtherObject("question")),
        }
        Ok(texts(packet, asked.qname))
    }
}

fn question(name: Name<'_>) -> Question<'_> {
    Question::new(name, QTYPE::TYPE(TYPE::TXT), QCLASS::CLASS(CLASS::IN), false)
}

/// Texts of the name itself, or of the one that it is an alias of, however many aliases lead there. Text that is not UTF-8 is nobody's proof.
fn texts<'a>(packet: Packet<'a>, name: Name<'a>) -> Vec<String> {
    let mut owner = name;
    let mut left = packet.answers.len();
    while left > 0 {
        let alias =
            packet.answers.iter().filter(|record| record.name == owner).find_map(|record| match &record.rdata {
                RData::CNAME(alias) => Some(alias.0.clone()),
                _ => None,
            });
        let Some(alias) = alias else { break };
        owner = alias;
        left -= 1;
    }
    let own = packet.answers.into_iter().filter(|record| record.class == CLASS::IN && record.name == owner);
    own.filter_map(|record| match record.rdata {
        RData::TXT(text) => String::try_from(text).ok(),
        _ => None,
    })
    .collect()
}

/// The texts of a name, within [`TIMEOUT`].
///
/// # Errors
/// [`GatewayError`]: whatever it is, nothing is known of the name.
pub async fn look_up(
    resolver: &Resolver,
    name: &str,
    trace: Option<&TraceContext>,
) -> Result<Vec<String>, GatewayError> {
    let answer = crate::send(resolver.request(name)?, trace, TIMEOUT).await?;
    resolver.read(name, &answer)
}

#[cfg(test)]
mod tests;
