//! The keys of identity: parsed once, and anew when a variable's text changes (a rotation needs no restart).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use commerce_db::variables::{self, Secret, Variable, VariableError};
use commerce_identity::password::PasswordHasher;
use commerce_identity::seal::KeyRing;
use commerce_identity::token::Signer;
use commerce_identity::{CodeKey, KeyError};
use futures::future::try_join_all;

/// What the keys are made of, in this order.
const VARIABLES: [Variable; 6] = [
    Variable::TokenIssuer,
    Variable::TokenSigningKey,
    Variable::PasswordPepper,
    Variable::PasswordHash,
    Variable::CodeKey,
    Variable::SealingKeys,
];

/// Why there are no keys. The deployment's fault, never a client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// A variable cannot be read.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// A variable does not hold a key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What proves, hides and signs.
pub struct Keys {
    /// `iss` of access tokens.
    pub issuer: String,
    /// Signs access tokens.
    pub signer: Signer,
    /// Hashes passwords.
    pub passwords: PasswordHasher,
    /// Keys one-time codes, identifiers and the history of passwords.
    pub codes: CodeKey,
    /// Seals secrets at rest and tickets.
    pub seals: KeyRing,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// The deployment's keys beside the texts they were parsed from.
static KEPT: Mutex<Option<(Vec<Secret>, Arc<Keys>)>> = Mutex::new(None);

impl Keys {
    /// The keys as they are configured now.
    ///
    /// # Errors
    /// [`KeysError`].
    pub async fn load() -> Result<Arc<Self>, KeysError> {
        let texts = try_join_all(VARIABLES.map(variables::secret)).await?;
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, keys)) = &*kept
            && known.iter().zip(&texts).all(|(one, other)| one.expose() == other.expose())
        {
            return Ok(Arc::clone(keys));
        }
        let keys = Arc::new(Self::parse(&texts)?);
        *kept = Some((texts, Arc::clone(&keys)));
        Ok(keys)
    }

    fn parse(texts: &[Secret]) -> Result<Self, KeysError> {
        let [issuer, signing_key, pepper, algorithm, code_key, sealing_keys] = texts else {
            return Err(VariableError("token_issuer").into());
        };
        Ok(Self {
            issuer: issuer.expose().to_owned(),
            signer: Signer::from_jwk(signing_key.expose())?,
            passwords: PasswordHasher::new(pepper.expose(), algorithm.expose())?,
            codes: CodeKey::parse(code_key.expose())?,
            seals: KeyRing::parse(sealing_keys.expose())?,
        })
    }

    /// Keys that are the same in every run.
    #[cfg(test)]
    pub(crate) fn of_tests() -> Self {
        let signing_key = commerce_identity::jwk::generate_ed25519("test", [7; 32]).unwrap().private_jwk;
        let sealing_keys = r#"[{"id":"k1","key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}]"#;
        let texts = ["wasla", &signing_key, &"p".repeat(32), "argon2id", &"c".repeat(32), sealing_keys];
        Self::parse(&texts.map(Secret::new)).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_variable_is_named_and_not_shown() {
        let texts = ["wasla", "hunter2", "p", "argon2id", "c", "[]"].map(Secret::new);
        let error = Keys::parse(&texts).unwrap_err().to_string();
        assert!(error.contains("token_signing_key") && !error.contains("hunter2"), "{error}");
        assert_eq!(format!("{:?}", Keys::of_tests()), r#"Keys { issuer: "wasla", .. }"#);
    }
}
