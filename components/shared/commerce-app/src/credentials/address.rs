//! Proving an e-mail address or a phone number: a registration becomes an account, or the account that is signed in takes the address.

use bytes::Bytes;
use commerce_db::auth::{self, Verified, VerifyInput, VerifyPurpose};
use commerce_db::{CallContext, DbError};
use commerce_domain::AccountKind;
use commerce_identity::code::OneTimeCode;
use commerce_identity::opaque::LinkToken;
use commerce_identity::password::Password;
use serde_json::json;
use uuid::Uuid;

use super::new_password::fingerprint;
use crate::identity::{HashSlot, IdentityError, Keys, Origin};

/// What came back from the address.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// A link.
    Link {
        /// As it stands in the link.
        token: &'a str,
        /// The password that was chosen at registration; a link for an account that exists needs none.
        password: Option<&'a Password>,
    },
    /// A code as it was typed.
    Code {
        /// Which one it was.
        challenge_id: Uuid,
        /// Its digits.
        code: &'a str,
    },
}

commerce_domain::opaque_debug!(Proof<'_>);

/// Proves an address. A registration becomes an account when its password comes with its link: whoever reads the mail of an address that
/// somebody else registered does not know it, so no stranger's password is ever set on their account.
///
/// # Errors
/// [`IdentityError`]; 422 `link_invalid`, 401 `invalid_code` and 409 `address_taken` as from the database, and for a registration's link
/// 422 `invalid_request` without password, 401 `invalid_credentials` for another one. What can be no link or code is refused in the same
/// words. `Busy` when too many passwords wait to be hashed.
pub async fn verify(
    context: &CallContext,
    keys: &Keys,
    kind: AccountKind,
    purpose: VerifyPurpose,
    proof: Proof<'_>,
    origin: &Origin,
) -> Result<(Verified, Option<Bytes>), IdentityError> {
    let mut input = VerifyInput {
        kind,
        purpose,
        account_id: None,
        secret_hash: None,
        fingerprint: None,
        challenge_id: None,
        code_hash: None,
        client: origin.client(),
    };
    match proof {
        Proof::Link { token, password } => {
            let link = LinkToken::parse(token).ok_or_else(link_invalid)?;
            input.account_id = Some(link.account());
            input.secret_hash = Some(link.storage_hash());
            if let Some(password) = password {
                let _slot = HashSlot::take().ok_or(IdentityError::Busy)?;
                input.fingerprint = Some(fingerprint(keys, link.account(), password)?);
            }
        }
        Proof::Code { challenge_id, code } => {
            let code = OneTimeCode::parse(code).ok_or_else(code_invalid)?;
            input.challenge_id = Some(challenge_id);
            input.code_hash = Some(code.storage_hash(&keys.codes, challenge_id));
        }
    }
    let reply = auth::VERIFY.call(context, &input).await?;
    Ok((reply.value, reply.tenant))
}

/// The refusal of a link that is wrong, used, expired, or none at all.
pub(super) fn link_invalid() -> IdentityError {
    DbError::Refused { status: 422, code: "link_invalid".into(), detail: Some(json!({"field": "token"})) }.into()
}

/// The refusal of a code that is wrong, used, expired, or none at all.
pub(super) fn code_invalid() -> IdentityError {
    DbError::Refused { status: 401, code: "invalid_code".into(), detail: Some(json!({"field": "code"})) }.into()
}
