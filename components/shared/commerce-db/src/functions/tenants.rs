//! Finding the tenant when no other call has to be made.

use serde_json::value::RawValue;

use crate::Function;
use crate::functions::system::NoInput;

/// The tenant's view for a context that names it by host or slug; JSON null when there is no such tenant. Unlike a call that
/// enters the tenant it also answers for a paused shop. Spend this statement only where the tenant must be known before
/// the first call, as for a guest's order token.
pub const TENANT_OF: Function<NoInput, Option<Box<RawValue>>> =
    Function::new("tenant_of", "select coalesce(api.tenant_of($1), 'null'::jsonb) where $2::jsonb is not null");
