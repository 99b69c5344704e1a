//! Where links in messages lead.
//!
//! A link is made from what the database knows of the shop, never from the request that asked for it: whoever asks for somebody else's
//! reset link chooses the `Host` header, and must not choose where the link leads.

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// Proves an e-mail address.
    VerifyEmail,
    /// Sets a new password.
    ResetPassword,
    /// Makes a member of the shop's staff.
    AcceptInvitation,
}

impl LinkTarget {
    /// The page's path in the shop.
    const fn path(self) -> &'static str {
        match self {
            Self::VerifyEmail => "/account/verify-email",
            Self::ResetPassword => "/account/reset-password",
            Self::AcceptInvitation => "/account/invitation",
        }
    }
}

/// How a shop's public origin is made.
#[derive(Clone, Debug)]
pub struct PublicOrigin<'a> {
    /// The variable `public_url`; `{host}` stands for the shop's host.
    pub template: &'a str,
    /// The variable `base_domain`.
    pub base_domain: &'a str,
    /// The port that the application answers on. It counts under the base domain `localhost` alone, which means this machine (RFC 6761
    /// §6.3): nothing in between maps ports there, and shops' own domains lead elsewhere.
    pub local_port: Option<u16>,
}

impl PublicOrigin<'_> {
    /// Origin of the shop: its own domain, or its name under the base domain.
    #[must_use]
    pub fn of(&self, slug: &str, domain: Option<&str>) -> String {
        let base = self.base_domain.trim_end_matches('.');
        let host = match (domain, self.local_port) {
            (_, Some(port)) if base == "localhost" => format!("{slug}.{base}:{port}"),
            (Some(domain), _) => domain.to_owned(),
            (None, _) => format!("{slug}.{base}"),
        };
        self.template.replace("{host}", &host).trim_end_matches('/').to_owned()
    }

    /// The link that carries a token.
    #[must_use]
    pub fn link(&self, slug: &str, domain: Option<&str>, target: LinkTarget, token: &str) -> super::Link {
        let url = format!("{}{}#token={token}", self.of(slug, domain), target.path());
        super::Link { url, token: token.to_owned() }
    }
}
