//! A shop proves that it runs a domain: by a TXT record that it was told, in the domain's own DNS. Two statements: what was asked for, and its verification.
//!
//! There is no proof by a file on the domain's web server: it would make our servers fetch from whatever address a merchant's DNS names, our own
//! network's among them. The resolver is the deployment's choice, and the name that it is asked for begins with a label of ours.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use commerce_db::domains::{self, AddInput, Domain, ReadInput, VerifyInput};
use commerce_db::variables::{self, Variable, VariableError};
use commerce_db::{CallContext, DbError};
use commerce_domain::domain_proof::record_name;
use commerce_gateways::GatewayError;
use commerce_gateways::dns::{Resolver, look_up};
use uuid::Uuid;

use crate::gateway;
use crate::random::{self, NoRandomness};

/// Seconds in which a domain can be verified once it was asked for: a week.
const TTL_S: u32 = 7 * 24 * 60 * 60;

/// Most domains of a shop, in whatever state.
const MAX_DOMAINS: u32 = 20;

/// What a token is told by among the other texts of a name.
const PREFIX: &str = "wasla-verification=";

/// Why a domain is not verified.
#[derive(Debug, thiserror::Error)]
pub enum ProveDomainError {
    /// The database refused or cannot be reached.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The record is not there, or not yet: what it must say.
    #[error("the domain's DNS does not hold the token")]
    Unproved(Domain),
    /// The resolver cannot be reached, or tells nothing.
    #[error(transparent)]
    Resolver(#[from] GatewayError),
    /// No resolver is configured.
    #[error(transparent)]
    Variable(#[from] VariableError),
}

/// What asks for a domain: its token is drawn here, 192 random bits.
///
/// # Errors
/// [`NoRandomness`].
pub fn ask_for(domain: String) -> Result<AddInput, NoRandomness> {
    let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random::bytes::<24>()?));
    Ok(AddInput { id: random::id(), domain, token, ttl_s: TTL_S, max: MAX_DOMAINS })
}

/// Verifies a domain that the shop has asked for; one that is verified already stays so. Gives back the tenant's view when the first call
/// had to find the tenant.
///
/// # Errors
/// [`ProveDomainError`]; nothing has changed then.
pub async fn prove_domain(context: &CallContext, id: Uuid) -> Result<(Domain, Option<Bytes>), ProveDomainError> {
    let found = domains::READ.call(context, &ReadInput { id }).await?;
    let domain = found.value;
    let Some(token) = domain.token.clone() else {
        return match domain.status.as_str() {
            "verified" => Ok((domain, found.tenant)),
            "expired" => Err(refused("domain_expired")),
            _ => Err(refused("domain_not_pending")),
        };
    };
    let resolver = Resolver::new(&variables::text(Variable::DnsResolverUrl).await?)?;
    let texts = look_up(&resolver, &record_name(&domain.domain), context.trace.as_ref()).await;
    let texts = texts.inspect_err(|error| gateway::log(context, "look_up", error))?;
    if !texts.contains(&token) {
        return Err(ProveDomainError::Unproved(domain));
    }
    let verified = domains::VERIFY.call(context, &VerifyInput { id, token }).await?;
    Ok((verified.value, found.tenant.or(verified.tenant)))
}

fn refused(code: &str) -> ProveDomainError {
    DbError::Refused { status: 409, code: code.into(), detail: None }.into()
}
