//! Random numbers and ids.

use uuid::Uuid;

/// The platform has no randomness to give. Nothing can be done safely without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no randomness available")]
pub struct NoRandomness;

/// 64 random bits.
pub(crate) fn bits() -> Result<u64, NoRandomness> {
    getrandom::u64().map_err(|_| NoRandomness)
}

/// Random bytes, fit for secrets.
///
/// # Errors
/// [`NoRandomness`].
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// A time-ordered id for a new row.
#[must_use]
pub fn id() -> Uuid {
    Uuid::now_v7()
}
