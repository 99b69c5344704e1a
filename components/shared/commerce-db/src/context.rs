//! Who asks: the first parameter of every database function.

use commerce_domain::{AccountId, AccountKind, ApiKeyId, TraceContext};
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// On whose behalf a call is made; written to the audit trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A shopper without an account.
    Guest,
    /// A payment gateway that reports an event.
    Gateway,
    /// A sign-in provider that tells of its people.
    Provider,
    /// A scheduled job.
    Job,
    /// Who is signed in.
    Account(AccountId),
    /// A program, by its key.
    Key(ApiKeyId),
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Guest => serializer.serialize_str("guest"),
            Self::Gateway => serializer.serialize_str("gateway"),
            Self::Provider => serializer.serialize_str("provider"),
            Self::Job => serializer.serialize_str("job"),
            Self::Account(account) => account.serialize(serializer),
            Self::Key(key) => key.serialize(serializer),
        }
    }
}

/// What a verified access token says about its session. `app.enter` compares it with the session as it is now, so that an ended session,
/// a changed role or a changed password count from the next request on (ruling C-18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionContext {
    /// The session.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: Uuid,
    /// The tenant that the token was made for. Another shop's request answers 404 (ruling C-05).
    pub tenant_id: Uuid,
    /// What was valid when the token was made.
    pub epoch: i64,
    /// Whose account it is.
    pub kind: AccountKind,
    /// Refuse with `step_up_required` unless the person proved who they are within so many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fresh_s: Option<u32>,
}

/// The key that a program shows, which `app.enter` proves, and what the request needs: it is decided within the request's own statement.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct KeyContext {
    /// Which key.
    pub id: Uuid,
    /// SHA-256 of its secret, hexadecimal.
    pub secret_hash: String,
    /// The permission that its program must have.
    pub permission: &'static str,
}

commerce_domain::opaque_debug!(KeyContext);

/// The context that `app.enter` reads. Exactly one of `tenant_id` or (`host`, `slug`) names the tenant; a call that
/// serves no tenant has none of them.
#[derive(Clone, Serialize)]
pub struct CallContext {
    /// The request's id, as it stands in answers and logs.
    pub request_id: String,
    /// The client's address as the platform saw it.
    pub ip: Option<String>,
    /// On whose behalf.
    pub actor: Actor,
    /// The tenant, when an earlier answer has already told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<Uuid>,
    /// A custom domain, normalised: lower case, punycode, no port, no trailing dot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The tenant's slug, from `<slug>.<base_domain>` or `X-Tenant`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// The caller's session; a guest has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionContext>,
    /// The program's key, when it is one that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyContext>,
    /// The trace that the request belongs to, for the log and for what it asks elsewhere. The database is told the request's id alone, which finds both.
    #[serde(skip)]
    pub trace: Option<TraceContext>,
    /// Whether the platform itself is meant, which is found by nothing that does not say so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub platform: bool,
    /// Why somebody of the platform does it, in their own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

commerce_domain::opaque_debug!(CallContext);

impl CallContext {
    /// A context that names no tenant: system checks, jobs, a webhook endpoint that is yet to be looked up.
    #[must_use]
    pub fn without_tenant(request_id: String, ip: Option<String>, actor: Actor) -> Self {
        Self {
            request_id,
            ip,
            actor,
            tenant_id: None,
            host: None,
            slug: None,
            session: None,
            key: None,
            platform: false,
            reason: None,
            trace: None,
        }
    }

    /// The same request on behalf of a tenant that is known by its id.
    #[must_use]
    pub fn for_tenant(mut self, tenant_id: Uuid) -> Self {
        self.tenant_id = Some(tenant_id);
        self.host = None;
        self.slug = None;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_tenant_fields_are_left_out() {
        let context = CallContext::without_tenant("r1".into(), None, Actor::Job);
        assert_eq!(serde_json::to_string(&context).unwrap(), r#"{"request_id":"r1","ip":null,"actor":"job"}"#);
    }

    #[test]
    fn a_signed_in_caller_is_named_by_account() {
        let account = Uuid::from_u128(0xa);
        let mut context = CallContext::without_tenant(
            "r1".into(),
            None,
            Actor::Account(AccountId::new(AccountKind::Customer, account)),
        );
        context.session = Some(SessionContext {
            id: Uuid::from_u128(1),
            account_id: account,
            tenant_id: Uuid::from_u128(2),
            epoch: 3,
            kind: AccountKind::Customer,
            fresh_s: None,
        });
        let json = serde_json::to_value(&context).unwrap();
        assert_eq!(json["actor"], "cus_0000000000000000000000000000000a");
        assert_eq!(json["session"]["kind"], "customer");
        assert_eq!(json["session"].get("fresh_s"), None);
    }

    #[test]
    fn a_known_tenant_replaces_the_way_to_find_it() {
        let mut context = CallContext::without_tenant("r1".into(), Some("::1".into()), Actor::Guest);
        context.slug = Some("qahwa".into());
        let context = context.for_tenant(Uuid::nil());
        assert_eq!(context.slug, None);
        assert_eq!(context.tenant_id, Some(Uuid::nil()));
    }
}
