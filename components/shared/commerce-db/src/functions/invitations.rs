//! Asking somebody to work at a shop.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::auth::{Client, NewMessage, PasswordTraits};
use super::members::{Authority, Member};
use super::public_id;
use crate::After;
use crate::call::tenant_function;

/// The link by which an invitation is accepted.
#[derive(Clone, Debug, Serialize)]
pub struct InvitationLink {
    /// What the account will be, if nobody has the address yet.
    pub account_id: Uuid,
    /// Of its secret.
    pub secret_hash: String,
    /// How long it is good.
    pub ttl_s: u32,
    /// Carries it.
    pub message: NewMessage,
}

/// An invitation.
#[derive(Clone, Deserialize)]
pub struct Invitation {
    /// Its id.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// Who is asked.
    pub email: String,
    /// As what.
    pub role: String,
    /// `pending`, `expired`, `accepted` or `revoked`.
    pub status: String,
    /// Public id of the member who asked.
    pub invited_by: String,
    /// ISO 8601.
    pub created_at: String,
    /// ISO 8601: when the link that counts was sent.
    pub sent_at: String,
    /// ISO 8601.
    pub expires_at: String,
    /// ISO 8601.
    pub accepted_at: Option<String>,
}

commerce_domain::opaque_debug!(Invitation);

/// Input of [`CREATE`].
#[derive(Clone, Serialize)]
pub struct CreateInput {
    /// Its id.
    pub id: Uuid,
    /// Who is asked; normalised.
    pub email: String,
    /// As what.
    pub role: String,
    /// The caller's.
    pub may: Authority,
    /// Most open invitations of a shop.
    pub max: u32,
    /// The link.
    pub link: InvitationLink,
}

commerce_domain::opaque_debug!(CreateInput);

/// Input of [`LIST`].
#[derive(Clone, Debug, Serialize)]
pub struct ListInput {
    /// Invitations of this status alone.
    pub status: Option<&'static str>,
    /// Most invitations of a page.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<After>,
}

/// Answer of [`LIST`].
#[derive(Clone, Debug, Deserialize)]
pub struct Invitations {
    /// The oldest first.
    pub invitations: Vec<Invitation>,
    /// Where the next page begins.
    pub next: Option<After>,
}

/// Input of [`RESEND`].
#[derive(Clone, Debug, Serialize)]
pub struct ResendInput {
    /// Which.
    pub id: Uuid,
    /// The caller's.
    pub may: Authority,
    /// Seconds between two sendings.
    pub gap_s: u32,
    /// The new link.
    pub link: InvitationLink,
}

/// Input of [`REVOKE`].
#[derive(Clone, Debug, Serialize)]
pub struct RevokeInput {
    /// Which.
    pub id: Uuid,
    /// The caller's.
    pub may: Authority,
}

/// Input of [`ACCEPT`]. The password is for whoever has no account yet.
#[derive(Clone, Debug, Serialize)]
pub struct AcceptInput {
    /// As the link names it.
    pub account_id: Uuid,
    /// Of the link's secret.
    pub secret_hash: String,
    /// Every shipped role; which of the shop's own there are the database knows.
    pub shipped: Vec<&'static str>,
    /// PHC string.
    pub password_hash: Option<String>,
    /// For the history of passwords.
    pub fingerprint: Option<String>,
    /// For the tenant's rules of composition.
    pub traits: Option<PasswordTraits>,
    /// Of a new account; may be empty.
    pub given_name: String,
    /// Of a new account; may be empty.
    pub family_name: String,
    /// Of a new account.
    pub locale: String,
    /// Where from.
    pub client: Client,
}

/// Answer of [`ACCEPT`].
#[derive(Clone, Debug, Deserialize)]
pub struct Accepted {
    /// The new member.
    pub member: Member,
    /// Whether the account came into being.
    pub created: bool,
}

tenant_function! {
    /// Asks somebody. Refuses: `already_member`, `invitation_exists`, `invitation_limit`, `beyond_own_permissions`, a `role` that there is not.
    CREATE, "invitation_create", CreateInput => Invitation
}
tenant_function! {
    /// One page of invitations.
    LIST, "invitation_list", ListInput => Invitations
}
tenant_function! {
    /// Sends another link. Refuses: `invitation_not_found`, `invitation_closed`, `beyond_own_permissions`, `too_many_attempts`.
    RESEND, "invitation_resend", ResendInput => Invitation
}
tenant_function! {
    /// Takes an invitation back. Refuses: `invitation_not_found`, `invitation_closed`, `beyond_own_permissions`.
    REVOKE, "invitation_revoke", RevokeInput => Invitation
}
tenant_function! {
    /// Accepts an invitation by its link. Refuses: `link_invalid`, `role_not_found`, `account_exists`, `already_member`, `password_too_weak`, a `password` that
    /// is missing.
    ACCEPT, "invitation_accept", AcceptInput => Accepted
}
