//! Proving an e-mail address or a phone number: a registration becomes an account, or the account that is signed in takes the address.

use bytes::Bytes;
use commerce_db::auth::{self, Verified, VerifyInput, VerifyPurpose};
use commerce_db::{CallContext, DbError};
use commerce_domain::AccountKind;
use commerce_identity::code::OneTimeCode;
use commerce_identity::opaque::LinkToken;
use serde_json::json;
use uuid::Uuid;

use crate::identity::{IdentityError, Keys, Origin};

/// What came back from the address.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// The token of a link.
    Link(&'a str),
    /// A code as it was typed.
    Code {
        /// Which one it was.
        challenge_id: Uuid,
        /// Its digits.
        code: &'a str,
    },
}

/// Proves an address.
///
/// # Errors
/// [`IdentityError`]; 422 `link_invalid`, 401 `invalid_code` and 409 `address_taken` as from the database. What can be no link or code
/// is refused in the same words.
pub async fn verify(
    context: &CallContext,
    keys: &Keys,
    kind: AccountKind,
    purpose: VerifyPurpose,
    proof: Proof<'_>,
    origin: &Origin,
) -> Result<(Verified, Option<Bytes>), IdentityError> {
    let (account_id, secret_hash, challenge_id, code_hash) = match proof {
        Proof::Link(token) => {
            let link = LinkToken::parse(token).ok_or_else(link_invalid)?;
            (Some(link.account()), Some(link.storage_hash()), None, None)
        }
        Proof::Code { challenge_id, code } => {
            let code = OneTimeCode::parse(code).ok_or_else(code_invalid)?;
            (None, None, Some(challenge_id), Some(code.storage_hash(&keys.codes, challenge_id)))
        }
    };
    let client = origin.client();
    let input = VerifyInput { kind, purpose, account_id, secret_hash, challenge_id, code_hash, client };
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
