//! A new password for whoever knows the present one.

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::{self, ChangePasswordInput, PasswordChanged};
use commerce_identity::password::Password;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::new_password::{ChosenPassword, NewPassword, fingerprint};
use crate::identity::limits::LIMITS;
use crate::identity::{HashSlot, IdentityError, Keys, Origin};
use crate::messages::{Content, Draft};

/// A change as asked for.
#[derive(Debug)]
pub struct ChangePassword<'a> {
    /// Whose.
    pub account: Uuid,
    /// The present password; `None` for an account that has none.
    pub current: Option<&'a Password>,
    /// The new one, found good.
    pub password: &'a ChosenPassword,
    /// Where from.
    pub origin: &'a Origin,
    /// Seconds since 1970.
    pub now: i64,
}

/// Changes the password of the account that is signed in; all its other sessions end, and the one that asks goes on under the new epoch.
///
/// # Errors
/// [`IdentityError`]; 401 `invalid_credentials`, 429 `too_many_attempts`, 422 `password_reused` and `password_too_weak` from the database.
pub async fn change_password(
    context: &CallContext,
    keys: &Keys,
    request: &ChangePassword<'_>,
) -> Result<(PasswordChanged, Option<Bytes>), IdentityError> {
    let slot = HashSlot::take().ok_or(IdentityError::Busy)?;
    let current = request.current.map(|current| fingerprint(keys, request.account, current)).transpose()?;
    let password = NewPassword::hash(keys, request.account, request.password)?;
    drop(slot);
    let input = ChangePasswordInput {
        current_fingerprint: current,
        password_hash: password.hash,
        fingerprint: password.fingerprint,
        traits: password.traits,
        identifier_hash: charged_to(request.account),
        client: request.origin.client(),
        limits: LIMITS,
        notice: Draft::notice(Content::PasswordChanged, request.origin.language(), request.now).seal(&keys.seals)?,
    };
    let reply = auth::CHANGE_PASSWORD.call(context, &input).await?;
    Ok((reply.value, reply.tenant))
}

/// What wrong present passwords are counted by: the account itself, for its address is not at hand. So guesses with a stolen session wait
/// like guesses at a sign-in, and do not make the owner's sign-in wait.
fn charged_to(account: Uuid) -> String {
    let digest = Sha256::new().chain_update(b"wasla change password\0").chain_update(account.as_bytes()).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
