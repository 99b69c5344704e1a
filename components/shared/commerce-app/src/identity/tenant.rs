//! Which tenant a call served.

use bytes::Bytes;
use commerce_db::{CallContext, Reply};
use serde::Deserialize;
use uuid::Uuid;

use super::IdentityError;

/// The tenant of a reply: the context knew it, or the call found it.
pub(crate) fn tenant_of<T>(context: &CallContext, reply: &Reply<T>) -> Result<Uuid, IdentityError> {
    #[derive(Deserialize)]
    struct View {
        id: Uuid,
    }
    let found = |view: &Bytes| serde_json::from_slice::<View>(view).ok().map(|view| view.id);
    let known = context.tenant_id.or_else(|| reply.tenant.as_ref().and_then(found));
    known.ok_or(IdentityError::Internal("tenant"))
}
