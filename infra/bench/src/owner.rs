//! What the owner of a shop does.

use anyhow::Result;

use crate::customer::{self, Session};
use crate::load::Connection;
use crate::shopper::expect;
use crate::stand::Stand;

/// Where staff run their shop.
const SHOP: &str = "/api/v1/tenants/me";

/// An owner who has signed in.
pub struct Owner {
    slug: String,
    session: Session,
}

impl Owner {
    /// The owner that comes with a demo shop: sets a password by the link of a letter, and signs in.
    ///
    /// # Errors
    /// When the application refuses one of the steps.
    pub async fn sign_in(stand: &Stand, slug: &str) -> Result<Self> {
        let email = format!("owner@{slug}.example");
        let mut connection = Connection::new(stand.host.address);
        let forgot = format!(r#"{{"email":"{email}"}}"#);
        let bytes = customer::request("POST", slug, "/api/v1/auth/password/forgot", "", &forgot);
        expect(&connection.exchange(&bytes).await?, 202, "POST /password/forgot")?;
        let token = customer::letter(stand, &email).await?;
        let reset = format!(r#"{{"token":"{token}","password":"{}"}}"#, customer::PASSWORD);
        let bytes = customer::request("POST", slug, "/api/v1/auth/password/reset", "", &reset);
        expect(&connection.exchange(&bytes).await?, 200, "POST /password/reset")?;
        let login = format!(r#"{{"email":"{email}","password":"{}"}}"#, customer::PASSWORD);
        let bytes = customer::request("POST", slug, "/api/v1/auth/login", "", &login);
        let session = customer::session(&connection.exchange(&bytes).await?, "POST /login")?;
        Ok(Self { slug: slug.to_owned(), session })
    }

    /// The bytes of a request to the shop as its staff run it.
    pub fn request(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let bearer = format!("authorization: Bearer {}\r\n", self.session.access);
        customer::request(method, &self.slug, &format!("{SHOP}{path}"), &bearer, body)
    }
}
