//! Access tokens, and how long everything lives (rulings C-01 and C-02).

use std::collections::BTreeSet;

use commerce_db::auth::TokenFacts;
use commerce_domain::permission::{self, Role, own_role};
use commerce_domain::{AccountId, AccountKind, SessionId, TenantId, platform};
use commerce_identity::token::AccessClaims;
use uuid::Uuid;

use super::{IdentityError, Keys};

/// Seconds that an access token is good.
pub const ACCESS_TTL_S: i64 = 15 * 60;

/// Seconds that a refresh token is good.
pub const REFRESH_TTL_S: u32 = 7 * 24 * 60 * 60;

/// Seconds that a session lasts, however often it is refreshed.
pub const SESSION_CAP_S: u32 = 30 * 24 * 60 * 60;

/// Seconds for which the direct parent of a refresh token gets the same child again: two tabs, a lost answer.
pub const REFRESH_GRACE_S: u32 = 10;

/// Whom a token speaks for.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The tenant in which it is good.
    pub tenant: Uuid,
    /// Whose.
    pub kind: AccountKind,
    /// The account.
    pub account: Uuid,
    /// The session.
    pub session: Uuid,
    /// What it is there.
    pub facts: &'a TokenFacts,
}

/// Makes an access token.
///
/// # Errors
/// `Internal` for claims that no verifier would take.
pub fn mint(keys: &Keys, subject: &Subject<'_>, now: i64) -> Result<String, IdentityError> {
    let kind = subject.kind;
    let claims = AccessClaims {
        iss: keys.issuer.clone(),
        aud: kind,
        sub: AccountId::new(kind, subject.account),
        org: TenantId::new(subject.tenant),
        role: subject.facts.role.clone(),
        permissions: permissions(subject),
        session_id: SessionId::new(subject.session),
        epoch: subject.facts.epoch,
        jti: Uuid::now_v7(),
        iat: now,
        nbf: now,
        exp: now.saturating_add(ACCESS_TTL_S),
    };
    Ok(keys.signer.sign(&claims)?)
}

/// What a role permits. A customer has no permissions, and so has a role that nobody has heard of. At the platform a role is one of the
/// platform's, whatever it is called.
fn permissions(subject: &Subject<'_>) -> Vec<String> {
    let facts = subject.facts;
    if subject.tenant == platform::TENANT_ID.as_uuid() {
        let role = permission::platform::Role::parse(&facts.role).filter(|_| subject.kind == AccountKind::Staff);
        let granted = role.map(permission::platform::Role::permissions).unwrap_or_default();
        return granted.into_iter().map(|permission| permission.as_str().to_owned()).collect();
    }
    let granted = match (subject.kind, &facts.role_facts) {
        (AccountKind::Customer, _) => BTreeSet::new(),
        (AccountKind::Staff, None) => Role::parse(&facts.role).map(Role::permissions).unwrap_or_default(),
        (AccountKind::Staff, Some(facts)) => {
            own_role(facts.base.as_deref(), facts.permissions.iter().map(String::as_str))
        }
    };
    granted.into_iter().map(|permission| permission.as_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce_db::auth::RoleFacts;
    use commerce_identity::jwk::JwkSet;
    use commerce_identity::token::Verifier;

    #[test]
    fn a_token_says_who_where_and_what_is_permitted() {
        let keys = Keys::of_tests();
        let jwks = JwkSet::new(vec![keys.signer.public_jwk().clone()]).unwrap().to_json();
        let verifier = Verifier::new("wasla", &jwks).unwrap();
        let facts = TokenFacts { epoch: 4, role: "staff".into(), role_facts: None };
        let subject = Subject {
            tenant: Uuid::from_u128(7),
            kind: AccountKind::Staff,
            account: Uuid::from_u128(2),
            session: Uuid::from_u128(3),
            facts: &facts,
        };
        let now = 1_800_000_000;
        let claims = verifier.verify(&mint(&keys, &subject, now).unwrap(), AccountKind::Staff, now + 899).unwrap();
        assert_eq!((claims.org.as_uuid(), claims.sub.as_uuid(), claims.epoch), (subject.tenant, subject.account, 4));
        assert_eq!((claims.role.as_str(), claims.permissions), ("staff", permissions(&subject)));
        assert!(verifier.verify(&mint(&keys, &subject, now).unwrap(), AccountKind::Staff, now + 900).is_err());
    }

    fn subject(tenant: Uuid, kind: AccountKind, facts: &TokenFacts) -> Subject<'_> {
        Subject { tenant, kind, account: Uuid::from_u128(2), session: Uuid::from_u128(3), facts }
    }

    #[test]
    fn a_role_of_the_platform_is_none_of_a_shops() {
        let at = |tenant: Uuid, kind, role: &str| {
            permissions(&subject(tenant, kind, &TokenFacts { epoch: 1, role: role.into(), role_facts: None }))
        };
        let (platform, shop) = (platform::TENANT_ID.as_uuid(), Uuid::from_u128(7));
        assert_eq!(at(platform, AccountKind::Staff, "finance"), ["plans.view", "tenants.view"]);
        assert!(at(shop, AccountKind::Staff, "finance").contains(&"wallet.view".to_owned()));
        assert!(at(platform, AccountKind::Staff, "owner").is_empty(), "a shop's role at the platform");
        assert!(at(shop, AccountKind::Staff, "platform_admin").is_empty(), "the platform's role in a shop");
        assert!(at(platform, AccountKind::Customer, "platform_admin").is_empty());
    }

    #[test]
    fn a_role_permits_its_bundle_or_what_the_shop_says() {
        let own = RoleFacts { base: None, permissions: vec!["stock.adjust".into(), "stock.conjure".into()] };
        let of = |kind, role: &str, role_facts: Option<&RoleFacts>| {
            let facts = TokenFacts { epoch: 1, role: role.into(), role_facts: role_facts.cloned() };
            permissions(&subject(Uuid::from_u128(7), kind, &facts))
        };
        let staff =
            ["catalog.view", "customers.view", "orders.view", "orders.update_status", "shipping.create_shipment"];
        assert_eq!(of(AccountKind::Staff, "staff", None), staff);
        assert_eq!(of(AccountKind::Staff, "counter", Some(&own)), ["catalog.view", "stock.adjust"]);
        assert!(of(AccountKind::Staff, "counter", None).is_empty());
        assert!(of(AccountKind::Customer, "owner", Some(&own)).is_empty(), "whatever its role is called");
    }
}
