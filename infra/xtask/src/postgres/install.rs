//! PostgreSQL where the machine has none.

use anyhow::{Result, bail};

use super::OLDEST_MAJOR;
use super::binaries::Binaries;
use crate::apt;

/// The server programs; installed through apt when root finds none.
///
/// # Errors
/// One sentence that says what to install, when it cannot be done here.
pub async fn find_or_install(major: Option<u32>) -> Result<Binaries> {
    if let Some(found) = Binaries::find(major).await {
        return Ok(found);
    }
    if let Some(major) = major {
        bail!(
            "the private database was made by PostgreSQL {major}, which is no longer installed: install it, or start anew with `cargo xtask up --fresh`"
        );
    }
    if apt::install(&["postgresql"]).await
        && let Some(found) = Binaries::find(None).await
    {
        return Ok(found);
    }
    bail!(
        "PostgreSQL {OLDEST_MAJOR} or newer is needed: install it (Debian and Ubuntu: `apt install postgresql`, macOS: `brew install postgresql@16`), or name a server with `--database-url postgres://admin:password@host:5432/wasla`"
    )
}
