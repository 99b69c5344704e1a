//! A signed-in person of the route's kind.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use commerce_domain::AccountKind;
use commerce_http::openapi::{Access, Described, Operation};
use commerce_http::{Ctx, Customer, Gate, Problem, Staff};
use commerce_identity::token::AccessClaims;
use http::StatusCode;
use http::request::Parts;
use uuid::Uuid;

use crate::prefix;

/// Whoever the request's token speaks for.
#[derive(Clone, Debug)]
pub enum Person {
    /// At the routes of staff.
    Staff(Staff),
    /// At the routes of customers.
    Customer(Customer),
}

impl Person {
    /// The account that is signed in.
    pub fn account(&self) -> Uuid {
        self.claims().sub.as_uuid()
    }

    /// What the verified token says.
    pub fn claims(&self) -> &AccessClaims {
        match self {
            Self::Staff(staff) => staff.claims(),
            Self::Customer(customer) => customer.claims(),
        }
    }

    /// The same person, who must have proved who they are within so many seconds.
    pub fn fresh(self, seconds: u32) -> Self {
        match self {
            Self::Staff(staff) => Self::Staff(staff.fresh(seconds)),
            Self::Customer(customer) => Self::Customer(customer.fresh(seconds)),
        }
    }
}

impl Deref for Person {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        match self {
            Self::Staff(staff) => staff,
            Self::Customer(customer) => customer,
        }
    }
}

impl FromRequestParts<AccountKind> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, kind: &AccountKind) -> Result<Self, Problem> {
        match kind {
            AccountKind::Staff => Staff::from_request_parts(parts, kind).await.map(Self::Staff),
            AccountKind::Customer => Customer::from_request_parts(parts, kind).await.map(Self::Customer),
        }
    }
}

impl Gate for Person {}

impl Described for Person {
    fn describe(operation: &mut Operation) {
        operation.access(match kind_of(operation.path()) {
            AccountKind::Staff => Access::Staff,
            AccountKind::Customer => Access::Customer,
        });
    }
}

impl Described for MaybePerson {
    fn describe(operation: &mut Operation) {
        operation.access(match kind_of(operation.path()) {
            AccountKind::Staff => Access::MaybeStaff,
            AccountKind::Customer => Access::Visitor,
        });
    }
}

/// Whose routes these are: as the router's state tells the handlers.
fn kind_of(path: &str) -> AccountKind {
    let customers = path.starts_with(prefix(AccountKind::Customer));
    if customers { AccountKind::Customer } else { AccountKind::Staff }
}

/// A person, when the request has a token that is good.
pub struct MaybePerson(pub Option<Person>);

impl FromRequestParts<AccountKind> for MaybePerson {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, kind: &AccountKind) -> Result<Self, Problem> {
        match Person::from_request_parts(parts, kind).await {
            Ok(person) => Ok(Self(Some(person))),
            Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Ok(Self(None)),
            Err(problem) => Err(problem),
        }
    }
}
