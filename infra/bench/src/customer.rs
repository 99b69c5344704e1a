//! What a customer does: registers, proves the e-mail address, signs in, lets the session go on.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};

use crate::load::{Answer, Connection};
use crate::shopper::expect;
use crate::stand::Stand;

/// The password of every customer of the bench.
pub const PASSWORD: &str = "correct horse battery staple";

/// Customers behind one address: registering and signing in stay far below a network's share of the throttles.
const NEIGHBOURS: usize = 10;

/// Somebody with a password, on a device that the shop knows.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The shop they belong to.
    pub slug: String,
    /// Their proved address.
    pub email: String,
    /// Which network they sign in from.
    pub network: u8,
    /// The token of the known device; empty before the first sign-in.
    pub device: String,
}

/// The tokens of a session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Access token.
    pub access: String,
    /// Refresh token; good for one use.
    pub refresh: String,
}

/// The bytes of a request to a shop; `headers` are whole lines, each with its line end.
pub fn request(method: &str, slug: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {slug}.localhost\r\n{kind}{headers}content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The bytes of a sign-in.
pub fn login_request(slug: &str, email: &str, password: &str, device: &str) -> Vec<u8> {
    let body = format!(r#"{{"email":"{email}","password":"{password}"}}"#);
    let device = if device.is_empty() { String::new() } else { format!("x-device-token: {device}\r\n") };
    request("POST", slug, "/api/v1/storefront/auth/login", &device, &body)
}

/// The bytes of a refresh.
pub fn refresh_request(slug: &str, refresh: &str) -> Vec<u8> {
    let body = format!(r#"{{"refresh_token":"{refresh}"}}"#);
    request("POST", slug, "/api/v1/storefront/auth/refresh", "", &body)
}

/// The bytes of a look at one's own profile.
pub fn me_request(slug: &str, access: &str) -> Vec<u8> {
    request("GET", slug, "/api/v1/storefront/me", &format!("authorization: Bearer {access}\r\n"), "")
}

/// The session in the answer of a sign-in or a refresh.
///
/// # Errors
/// When the answer is anything else.
pub fn session(answer: &Answer<'_>, what: &str) -> Result<Session> {
    expect(answer, 200, what)?;
    let token = |name: &str| answer.quoted_after(&format!("\"{name}\":\"")).map(str::to_owned);
    let access = token("access_token").with_context(|| format!("{what} without access_token"))?;
    Ok(Session { access, refresh: token("refresh_token").with_context(|| format!("{what} without refresh_token"))? })
}

impl Customer {
    /// A connection from the customer's own network.
    pub fn connection(&self, host: SocketAddr) -> Connection {
        Connection::from_network(host, self.network)
    }

    /// The bytes of this customer's sign-in.
    pub fn login(&self) -> Vec<u8> {
        login_request(&self.slug, &self.email, PASSWORD, &self.device)
    }

    /// Registers; the message waits in the outbox afterwards.
    async fn register(&self, host: SocketAddr) -> Result<()> {
        let body = format!(
            r#"{{"email":"{}","password":"{PASSWORD}","given_name":"Sara","family_name":"Bench"}}"#,
            self.email
        );
        let bytes = request("POST", &self.slug, "/api/v1/storefront/auth/register", "", &body);
        expect(&self.connection(host).exchange(&bytes).await?, 202, "POST /register")
    }

    /// Follows the link of the message, and signs in for the first time, so that the device is known.
    async fn prove(&mut self, host: SocketAddr, mailbox: &mut Connection) -> Result<()> {
        let token = read_letter(mailbox, &self.email).await?;
        let body = format!(r#"{{"token":"{token}","password":"{PASSWORD}"}}"#);
        let bytes = request("POST", &self.slug, "/api/v1/storefront/auth/verify-email", "", &body);
        let mut connection = self.connection(host);
        expect(&connection.exchange(&bytes).await?, 200, "POST /verify-email")?;
        let answer = connection.exchange(&self.login()).await?;
        session(&answer, "the first POST /login")?;
        self.device = answer.quoted_after("\"device_token\":\"").context("no device_token")?.to_owned();
        Ok(())
    }
}

/// Makes customers through the API, in turns at the shops; their messages go through the outbox and the sandbox's mailbox.
///
/// # Errors
/// When the application refuses one of the steps.
pub async fn make(stand: &Stand, count: usize) -> Result<Vec<Customer>> {
    let mut slugs: Vec<String> = stand.variants.iter().map(|variant| variant.slug.clone()).collect();
    slugs.sort();
    slugs.dedup();
    ensure!(!slugs.is_empty(), "no shops");
    let host = stand.host.address;
    let mut customers = Vec::new();
    for (index, slug) in slugs.iter().cycle().take(count).enumerate() {
        let network = u8::try_from(index / NEIGHBOURS)?;
        let email = format!("bench-{index}@example.com");
        let customer = Customer { slug: slug.clone(), email, network, device: String::new() };
        customer.register(host).await?;
        customers.push(customer);
    }
    deliver(stand).await?;
    let mut mailbox = Connection::new(stand.sandbox.address);
    for customer in &mut customers {
        customer.prove(host, &mut mailbox).await?;
    }
    Ok(customers)
}

/// The token in the letter that waits for an e-mail address.
///
/// # Errors
/// When there is none.
pub async fn letter(stand: &Stand, email: &str) -> Result<String> {
    deliver(stand).await?;
    read_letter(&mut Connection::new(stand.sandbox.address), email).await
}

async fn read_letter(mailbox: &mut Connection, email: &str) -> Result<String> {
    let path = format!("/mailbox.json?to={}&channel=email", email.replace('@', "%40"));
    let answer = mailbox.exchange(&request("GET", "mailbox", &path, "", "")).await?;
    link_token(answer.body).with_context(|| format!("no link for {email}"))
}

/// Runs the job that sends messages until none is due: jobs do not tick here.
async fn deliver(stand: &Stand) -> Result<()> {
    let token = format!("authorization: Bearer {}\r\n", stand.place.secrets.job_token);
    let bytes = request("POST", "jobs", "/internal/jobs/messages/deliver", &token, "");
    let mut connection = Connection::new(stand.host.address);
    loop {
        let answer = connection.exchange(&bytes).await?;
        expect(&answer, 200, "the job messages/deliver")?;
        if !answer.text().contains("\"more\":true") {
            return Ok(());
        }
    }
}

/// What follows the first `token=` in a body.
fn link_token(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once("token=")?;
    let is_token = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let token: String = rest.chars().take_while(|letter| is_token(*letter)).collect();
    (!token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_ends_where_its_token_does() {
        let body = br#"{"messages":[{"text":"Open\nhttp://a.localhost/verify#token=ab12.x-_9\n\nBye"}]}"#;
        assert_eq!(link_token(body).as_deref(), Some("ab12.x-_9"));
        assert_eq!(link_token(br#"{"messages":[]}"#), None);
    }
}
