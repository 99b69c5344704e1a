//! Access tokens, and how long everything lives (rulings C-01 and C-02).

use commerce_domain::permission::Role;
use commerce_domain::{AccountId, AccountKind, SessionId, TenantId};
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
    /// Sum of the epochs of account and membership.
    pub epoch: i64,
    /// The membership's role; `customer` for customers.
    pub role: &'a str,
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
        role: subject.role.to_owned(),
        permissions: permissions(subject),
        session_id: SessionId::new(subject.session),
        epoch: subject.epoch,
        jti: Uuid::now_v7(),
        iat: now,
        nbf: now,
        exp: now.saturating_add(ACCESS_TTL_S),
    };
    Ok(keys.signer.sign(&claims)?)
}

/// A customer has none, and so has a role that nobody has heard of.
fn permissions(subject: &Subject<'_>) -> Vec<String> {
    let role = match subject.kind {
        AccountKind::Staff => Role::parse(subject.role),
        AccountKind::Customer => None,
    };
    role.into_iter().flat_map(Role::permissions).map(|permission| permission.as_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce_domain::AccountKind;
    use commerce_identity::jwk::JwkSet;
    use commerce_identity::token::Verifier;

    #[test]
    fn a_token_says_who_where_and_what_is_permitted() {
        let keys = Keys::of_tests();
        let jwks = JwkSet::new(vec![keys.signer.public_jwk().clone()]).unwrap().to_json();
        let verifier = Verifier::new("wasla", &jwks).unwrap();
        let subject = Subject {
            tenant: Uuid::from_u128(1),
            kind: AccountKind::Staff,
            account: Uuid::from_u128(2),
            session: Uuid::from_u128(3),
            epoch: 4,
            role: "manager",
        };
        let now = 1_800_000_000;
        let claims = verifier.verify(&mint(&keys, &subject, now).unwrap(), AccountKind::Staff, now + 899).unwrap();
        assert_eq!((claims.org.as_uuid(), claims.sub.as_uuid(), claims.epoch), (subject.tenant, subject.account, 4));
        assert_eq!(claims.permissions, ["customers.manage", "orders.view"]);
        let customer = Subject { kind: AccountKind::Customer, role: "owner", ..subject };
        let claims = verifier.verify(&mint(&keys, &customer, now).unwrap(), AccountKind::Customer, now).unwrap();
        assert!(claims.permissions.is_empty(), "whatever its role is called");
        assert!(verifier.verify(&mint(&keys, &subject, now).unwrap(), AccountKind::Staff, now + 900).is_err());
    }
}
