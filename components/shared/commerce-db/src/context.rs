//! Who asks: the first parameter of every database function.

use serde::Serialize;
use uuid::Uuid;

/// On whose behalf a call is made; written to the audit trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// A shopper without an account.
    Guest,
    /// A payment gateway that reports an event.
    Gateway,
    /// A scheduled job.
    Job,
}

/// The context that `app.enter` reads. Exactly one of `tenant_id` or (`host`, `slug`) names the tenant; a call that
/// serves no tenant has none of them.
#[derive(Clone, Debug, Serialize)]
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
}

impl CallContext {
    /// A context that names no tenant: system checks, jobs, a webhook endpoint that is yet to be looked up.
    #[must_use]
    pub fn without_tenant(request_id: String, ip: Option<String>, actor: Actor) -> Self {
        Self { request_id, ip, actor, tenant_id: None, host: None, slug: None }
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
    fn a_known_tenant_replaces_the_way_to_find_it() {
        let mut context = CallContext::without_tenant("r1".into(), Some("::1".into()), Actor::Guest);
        context.slug = Some("qahwa".into());
        let context = context.for_tenant(Uuid::nil());
        assert_eq!(context.slug, None);
        assert_eq!(context.tenant_id, Some(Uuid::nil()));
    }
}
