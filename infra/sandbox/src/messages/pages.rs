//! `GET /mailbox`: what was sent, for people (HTML without JavaScript) and for tests and curl (`/mailbox.json`).

use http::{HeaderName, HeaderValue, Method, StatusCode, request};
use serde_json::json;
use uuid::Uuid;

use super::{Channel, Message};
use crate::gateway::Gateway;
use crate::lock;
use crate::pages::escape;
use crate::reply::{Reply, html, json};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.7 system-ui,sans-serif;margin:0;padding:1.5rem 1rem;background:Canvas;color:CanvasText}\
main{max-width:48rem;margin:0 auto}h1{font-size:1.25rem}\
ul{list-style:none;padding:0}li{border-block-end:1px solid GrayText;padding:.75rem 0}\
li a{display:block;min-height:2.75rem;color:inherit;text-decoration:none}li a:hover b{text-decoration:underline}\
.meta{font-size:.875rem;opacity:.8}\
.text{white-space:pre-wrap;overflow-wrap:anywhere;border-inline-start:.3rem solid GrayText;padding:.25rem .75rem}\
form{display:flex;gap:.5rem;flex-wrap:wrap}\
input,button{font:inherit;min-height:2.75rem;padding:0 .75rem;border-radius:.5rem;border:1px solid GrayText}\
input{flex:1 1 12rem}\
a:focus-visible,input:focus-visible,button:focus-visible{outline:3px solid #1a73e8;outline-offset:2px}";

/// How many messages the page lists.
const LISTED: usize = 100;

/// Answers `GET /mailbox…`; `path` holds all segments.
pub(crate) fn respond(gateway: &Gateway, head: &request::Parts, path: &[&str]) -> Reply {
    if !matches!(head.method, Method::GET | Method::HEAD) {
        return json(StatusCode::METHOD_NOT_ALLOWED, &json!({"message": "only GET"}));
    }
    let query = head.uri.query().unwrap_or_default();
    match path {
        ["mailbox.json"] => as_json(gateway, query),
        ["mailbox"] => list(gateway, query),
        ["mailbox", id] => with_message(gateway, id, |message| page("رسالة", &shown(message))),
        ["mailbox", id, "html"] => with_message(gateway, id, own_html),
        _ => missing(),
    }
}

/// A parameter of the query, when it is there and not empty.
fn parameter(query: &str, wanted: &str) -> Option<String> {
    let found = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
    found.map(|(_, value)| value.into_owned()).filter(|value| !value.trim().is_empty())
}

fn as_json(gateway: &Gateway, query: &str) -> Reply {
    let (to, channel) = (parameter(query, "to"), parameter(query, "channel"));
    let wanted = match channel.as_deref() {
        None => None,
        Some("email") => Some(Channel::Email),
        Some("sms") => Some(Channel::Sms),
        Some(_) => return json(StatusCode::BAD_REQUEST, &json!({"message": "channel is email or sms"})),
    };
    let mailbox = lock(&gateway.mailbox);
    let fits = |message: &&Message| {
        wanted.is_none_or(|channel| message.channel == channel) && to.as_ref().is_none_or(|to| message.is_to(to))
    };
    let messages: Vec<_> = mailbox.all().rev().filter(fits).collect();
    json(StatusCode::OK, &json!({ "messages": messages }))
}

fn list(gateway: &Gateway, query: &str) -> Reply {
    let to = parameter(query, "to");
    let mailbox = lock(&gateway.mailbox);
    let messages = mailbox.all().rev().filter(|message| to.as_ref().is_none_or(|to| message.is_to(to)));
    let items: String = messages.take(LISTED).map(item).collect();
    let found = match items.is_empty() {
        true => "<p>لا توجد رسائل. <span lang=\"en\" dir=\"ltr\">No messages.</span></p>".to_owned(),
        false => format!("<ul>{items}</ul>"),
    };
    let body = format!(
        "<h1>صندوق الرسائل <span lang=\"en\">(Mailbox)</span></h1>\
         <form><input type=\"search\" name=\"to\" dir=\"auto\" aria-label=\"المستلم (Recipient)\" \
         placeholder=\"owner@qahwa.example\" value=\"{}\"><button>ابحث <span lang=\"en\">(Find)</span></button></form>{found}",
        escape(to.as_deref().unwrap_or_default().trim())
    );
    page("صندوق الرسائل", &body)
}

fn item(message: &Message) -> String {
    let title = message.subject.as_deref().unwrap_or(&message.text);
    format!(
        "<li><a href=\"/mailbox/{id}\"><b dir=\"auto\">{title}</b><br><span class=\"meta\">{meta}</span></a></li>",
        id = message.id,
        title = escape(&title.chars().take(120).collect::<String>()),
        meta = meta(message),
    )
}

fn meta(message: &Message) -> String {
    let channel = match message.channel {
        Channel::Email => "بريد",
        Channel::Sms => "رسالة نصية",
    };
    format!(
        "{channel} · <bdi>{to}</bdi> · <bdi>{from}</bdi> · <time dir=\"ltr\">{at}</time>",
        to = escape(&message.to.join(", ")),
        from = escape(&message.from),
        at = escape(&message.received_at),
    )
}

fn shown(message: &Message) -> String {
    let title = message.subject.as_deref().unwrap_or("رسالة نصية");
    let own = match message.html {
        Some(_) => {
            format!("<p><a href=\"/mailbox/{}/html\">كما صُممت <span lang=\"en\">(HTML)</span></a></p>", message.id)
        }
        None => String::new(),
    };
    format!(
        "<p><a href=\"/mailbox\">كل الرسائل <span lang=\"en\">(All)</span></a></p>\
         <h1 dir=\"auto\">{title}</h1><p class=\"meta\">{meta}</p><div class=\"text\" dir=\"auto\">{text}</div>{own}",
        title = escape(title),
        meta = meta(message),
        text = linked(&message.text),
    )
}

/// Text as HTML whose web addresses can be followed.
fn linked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = ["http://", "https://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(start);
        let ends = |letter: char| letter.is_whitespace() || letter.is_control() || "<>\"'`()[]{}".contains(letter);
        let whole = from.split_at(from.find(ends).unwrap_or(from.len())).0;
        // A sentence may end behind an address.
        let address = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', '؟', '،', '؛']);
        out += &escape(before);
        out += &format!("<a dir=\"ltr\" href=\"{0}\">{0}</a>", escape(address));
        rest = from.split_at(address.len()).1;
    }
    out + &escape(rest)
}

/// The e-mail's own HTML: its links work; it runs nothing and loads nothing.
fn own_html(message: &Message) -> Reply {
    let Some(own) = &message.html else { return missing() };
    let mut reply = html(StatusCode::OK, own.clone());
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
                  sandbox allow-popups allow-top-navigation-by-user-activation";
    reply.headers_mut().insert(HeaderName::from_static("content-security-policy"), HeaderValue::from_static(policy));
    reply
}

fn with_message(gateway: &Gateway, id: &str, show: impl FnOnce(&Message) -> Reply) -> Reply {
    let Ok(id) = id.parse::<Uuid>() else { return missing() };
    match lock(&gateway.mailbox).all().find(|message| message.id == id) {
        Some(message) => show(message),
        None => missing(),
    }
}

fn missing() -> Reply {
    let body = "<h1>لا توجد رسالة كهذه</h1><p lang=\"en\" dir=\"ltr\">There is no such message.</p>";
    html(StatusCode::NOT_FOUND, document("لا توجد رسالة", body))
}

fn page(title: &str, body: &str) -> Reply {
    html(StatusCode::OK, document(title, body))
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"ar\" dir=\"rtl\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_links_and_everything_else_text() {
        let shown = linked("افتح https://qahwa.example/reset?a=1&b=2#token=x. <b>\nhttp://a.b/)");
        assert_eq!(
            shown,
            "افتح <a dir=\"ltr\" href=\"https://qahwa.example/reset?a=1&amp;b=2#token=x\">\
             https://qahwa.example/reset?a=1&amp;b=2#token=x</a>. &lt;b&gt;\n\
             <a dir=\"ltr\" href=\"http://a.b/\">http://a.b/</a>)"
        );
        assert_eq!(linked("javascript:alert(1) http"), "javascript:alert(1) http");
        assert_eq!(
            linked("https://x\"onclick=\"y"),
            "<a dir=\"ltr\" href=\"https://x\">https://x</a>&quot;onclick=&quot;y"
        );
    }
}
