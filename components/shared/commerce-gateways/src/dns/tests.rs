use proptest::prelude::*;
use simple_dns::ResourceRecord;
use simple_dns::rdata::{CNAME, TXT};

use super::*;

const NAME: &str = "_wasla-challenge.shop.example";

fn resolver() -> Resolver {
    Resolver::new("https://dns.example/").unwrap()
}

fn txt<'a>(name: &'a str, strings: &[&'a str]) -> ResourceRecord<'a> {
    let text = strings.iter().fold(TXT::new(), |text, string| text.with_string(string).unwrap());
    ResourceRecord::new(Name::new(name).unwrap(), CLASS::IN, 60, RData::TXT(text))
}

fn alias<'a>(name: &'a str, target: &'a str) -> ResourceRecord<'a> {
    let target = CNAME(Name::new(target).unwrap());
    ResourceRecord::new(Name::new(name).unwrap(), CLASS::IN, 60, RData::CNAME(target))
}

fn message(change: impl FnOnce(&mut Packet<'_>)) -> Vec<u8> {
    let mut packet = Packet::new_reply(0);
    packet.questions.push(question(Name::new(NAME).unwrap()));
    change(&mut packet);
    packet.build_bytes_vec_compressed().unwrap()
}

fn read(status: u16, body: Vec<u8>) -> Result<Vec<String>, GatewayError> {
    resolver().read(NAME, &GatewayResponse { status, body, retry_after_s: None })
}

fn found(answers: Vec<ResourceRecord<'_>>) -> Vec<String> {
    let mut packet = Packet::new_reply(0);
    packet.questions.push(question(Name::new(NAME).unwrap()));
    packet.answers = answers;
    read(200, packet.build_bytes_vec().unwrap()).unwrap()
}

#[test]
fn a_question_is_what_rfc_8484_shows() {
    let request = resolver().request("www.example.com").unwrap();
    assert_eq!((request.method, request.url.as_str()), (Method::Post, "https://dns.example/dns-query"));
    let types = request
        .headers
        .iter()
        .filter(|(name, value)| ["accept", "content-type"].contains(name) && value == DNS_MESSAGE);
    assert_eq!(types.count(), 2);
    // The message of §4.1.1, but for the type: 16, TXT.
    let wire = b"\0\0\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03com\0\0\x10\0\x01";
    assert_eq!(request.body, wire);
    for wrong in
        ["", "http://", "ftp://dns.example", "https://dns.example/path", "https://a@dns.example", "dns.example"]
    {
        assert!(Resolver::new(wrong).is_err(), "{wrong}");
    }
    assert!(resolver().request(&"a".repeat(64)).is_err());
}

#[test]
fn every_record_is_a_text_of_all_its_strings() {
    assert_eq!(found(vec![]), Vec::<String>::new());
    assert_eq!(found(vec![txt(NAME, &["one"]), txt(NAME, &["t", "w", "", "o"])]), ["one", "two"]);
    // Names are compared without their case; what belongs to another name is not this one's.
    let upper = NAME.to_uppercase();
    assert_eq!(found(vec![txt(&upper, &["mine"]), txt("shop.example", &["other"])]), ["mine"]);
}

#[test]
fn an_alias_leads_to_the_texts_of_another_name_and_never_round() {
    let chain = vec![alias(NAME, "a.example"), txt("b.example", &["there"]), alias("a.example", "b.example")];
    assert_eq!(found(chain), ["there"]);
    let round = vec![alias(NAME, "a.example"), alias("a.example", NAME), txt("c.example", &["there"])];
    assert_eq!(found(round), Vec::<String>::new());
}

#[test]
fn a_name_that_does_not_exist_has_no_texts() {
    assert_eq!(read(200, message(|packet| *packet.rcode_mut() = RCODE::NameError)), Ok(Vec::new()));
}

#[test]
fn what_tells_nothing_is_no_no() {
    for rcode in [RCODE::ServerFailure, RCODE::Refused, RCODE::FormatError, RCODE::NotImplemented] {
        assert_eq!(read(200, message(|packet| *packet.rcode_mut() = rcode)), Err(GatewayError::Inconclusive));
    }
    let cut = message(|packet| packet.set_flags(PacketFlag::TRUNCATION));
    assert_eq!(read(200, cut), Err(GatewayError::Inconclusive));
    let question = message(|packet| packet.remove_flags(PacketFlag::RESPONSE));
    assert_eq!(read(200, question), Err(GatewayError::Malformed("message")));
    let other = message(|packet| packet.questions = vec![super::question(Name::new("other.example").unwrap())]);
    assert_eq!(read(200, other), Err(GatewayError::OtherObject("question")));
    assert_eq!(read(200, message(|packet| packet.questions.clear())), Err(GatewayError::OtherObject("question")));
    for body in [Vec::new(), b"<html>".to_vec(), vec![0xff; 600]] {
        assert_eq!(read(200, body), Err(GatewayError::Malformed("message")));
    }
    assert_eq!(read(200, vec![0; MAX_MESSAGE + 1]), Err(GatewayError::TooLarge));
    assert_eq!(read(503, message(|_| {})), Err(GatewayError::Unavailable(503)));
    assert_eq!(read(302, message(|_| {})), Err(GatewayError::Refused(302)));
}

proptest! {
    #[test]
    fn reading_never_panics(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(200, body);
    }

    /// The same, near to what is right.
    #[test]
    fn a_damaged_answer_never_panics(at in 0usize..200, byte: u8, cut in 0usize..200) {
        let mut packet = Packet::new_reply(0);
        packet.questions.push(question(Name::new(NAME).unwrap()));
        packet.answers = vec![alias(NAME, "a.example"), txt("a.example", &["one", "two"]), txt(NAME, &["three"])];
        let mut body = packet.build_bytes_vec_compressed().unwrap();
        if let Some(hit) = body.get_mut(at) {
            *hit = byte;
        }
        body.truncate(body.len().saturating_sub(cut));
        let _ = read(200, body);
    }
}
