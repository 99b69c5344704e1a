//! `/me/domains`: the names of its own under which a shop is found. A name is asked for, proved by a TXT record in its DNS, and then used; until then it
//! leads nowhere. One that is given up leads on to the shop's primary one, or to its host under the base domain, for 90 days.
//!
//! There is no proof by a file on the domain's web server: see [`commerce_app::prove_domain`].

use axum::response::Response;
use commerce_app::prove_domain::{self, ProveDomainError};
use commerce_db::domains::{self, Domain, ReadInput, RemoveInput, SetInput};
use commerce_db::system::NoInput;
use commerce_domain::domain_proof::{RECORD_TYPE, record_name};
use commerce_domain::permission::may::WriteSettings;
use commerce_domain::{DomainId, FieldErrors};
use commerce_http::{
    CustomDomain, FieldError, IfMatch, JsonBody, NoParams, PathId, Permitted, Problem, Query, Staff, Variable, codes,
    variables,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Seconds for which a domain that was given up leads on: 90 days, as a former slug does.
const FORMER_S: u32 = 90 * 24 * 60 * 60;

/// Seconds after which to look for a record again; resolvers remember for a while that there was none.
const RETRY_PROOF_S: u32 = 60;

/// Seconds after which to try a resolver again.
const RETRY_RESOLVER_S: u32 = 5;

/// A name to be found by.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDomain {
    /// Without scheme and port; in whatever script.
    domain: String,
}

/// What changes of a domain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainChanges {
    is_primary: Option<bool>,
}

/// The record that proves a domain.
#[derive(Serialize, ToSchema)]
pub struct DomainProof<'a> {
    /// `TXT`.
    record_type: &'static str,
    /// Where it must be.
    record_name: String,
    /// What one of the name's texts must be, whole.
    record_value: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Domain)]
pub struct DomainView<'a> {
    id: DomainId,
    /// In punycode, lower case.
    domain: &'a str,
    /// `pending`, `expired`, `verified`, or `former` when it was given up.
    status: &'a str,
    /// Whether those that were given up lead here.
    is_primary: bool,
    /// What is to be published; of a pending one alone.
    proof: Option<DomainProof<'a>>,
    /// Until when a pending one can be verified.
    expires_at: Option<&'a str>,
    verified_at: Option<&'a str>,
    /// Until when requests at a name that was given up are sent on, unless another shop verifies it.
    redirects_until: Option<&'a str>,
    created_at: &'a str,
    updated_at: &'a str,
    version: i64,
}

impl<'a> From<&'a Domain> for DomainView<'a> {
    fn from(domain: &'a Domain) -> Self {
        Self {
            id: DomainId::new(domain.id),
            domain: &domain.domain,
            status: &domain.status,
            is_primary: domain.is_primary,
            proof: domain.token.as_deref().map(|token| DomainProof {
                record_type: RECORD_TYPE,
                record_name: record_name(&domain.domain),
                record_value: token,
            }),
            expires_at: domain.expires_at.as_deref(),
            verified_at: domain.verified_at.as_deref(),
            redirects_until: domain.redirects_until.as_deref(),
            created_at: &domain.created_at,
            updated_at: &domain.updated_at,
            version: domain.version,
        }
    }
}

/// What became of a domain that was given up.
#[derive(Serialize, ToSchema)]
#[schema(as = DomainRemoved)]
pub struct Removed<'a> {
    id: DomainId,
    domain: &'a str,
    /// Null for one that was never in use.
    redirects_until: Option<&'a str>,
}

/// `GET /me/domains`: the primary one first, then by name.
pub async fn list_domains(staff: Permitted<WriteSettings>, _: Query<NoParams>) -> Result<Response, Problem> {
    let found = staff.call(&domains::LIST, &NoInput {}).await?;
    let views: Vec<DomainView<'_>> = found.iter().map(DomainView::from).collect();
    staff.success(StatusCode::OK, &views)
}

/// `GET /me/domains/{domain_id}`
pub async fn show_domain(
    staff: Permitted<WriteSettings>,
    PathId(id): PathId<DomainId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let domain = staff.call(&domains::READ, &ReadInput { id: id.as_uuid() }).await?;
    respond(&staff, StatusCode::OK, &domain)
}

/// `POST /me/domains`: asks for a name. The answer tells what to publish.
pub async fn add_domain(
    staff: Permitted<WriteSettings>,
    _: Query<NoParams>,
    body: JsonBody<NewDomain>,
) -> Result<Response, Problem> {
    let base_domain = variables::text(Variable::BaseDomain).await?;
    let mut wrong = FieldErrors::default();
    let name = wrong.field("domain", Some(body.value.domain), |text| CustomDomain::parse(&text, &base_domain));
    let name = wrong.or(name).map_err(Problem::wrong_fields)?.ok_or_else(Problem::internal)?;
    let input = prove_domain::ask_for(name.into_string()).map_err(|_| Problem::internal())?;
    let domain = staff.call(&domains::ADD, &input).await?;
    respond(&staff, StatusCode::CREATED, &domain)
}

/// `POST /me/domains/{domain_id}/verify`: looks for the record, and takes the domain into use. What is verified already stays so.
pub async fn verify_domain(
    staff: Permitted<WriteSettings>,
    PathId(id): PathId<DomainId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let context = staff.context();
    let proved = staff.run(commerce_app::prove_domain(&context, id.as_uuid())).await;
    respond(&staff, StatusCode::OK, &proved.map_err(problem)?)
}

/// `PATCH /me/domains/{domain_id}`: makes it the primary one, instead of any other, or no longer.
pub async fn update_domain(
    staff: Permitted<WriteSettings>,
    PathId(id): PathId<DomainId>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
    body: JsonBody<DomainChanges>,
) -> Result<Response, Problem> {
    let input = SetInput { id: id.as_uuid(), version, is_primary: body.value.is_primary };
    let domain = staff.call(&domains::SET, &input).await?;
    respond(&staff, StatusCode::OK, &domain)
}

/// `DELETE /me/domains/{domain_id}`: gives it up. One that leads on already no longer does.
pub async fn remove_domain(
    staff: Permitted<WriteSettings>,
    PathId(id): PathId<DomainId>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let input = RemoveInput { id: id.as_uuid(), version, former_s: FORMER_S };
    let domain = staff.call(&domains::REMOVE, &input).await?;
    let removed = Removed { id, domain: &domain.domain, redirects_until: domain.redirects_until.as_deref() };
    staff.success(StatusCode::OK, &removed)
}

fn respond(staff: &Staff, status: StatusCode, domain: &Domain) -> Result<Response, Problem> {
    staff.info().versioned(status, &DomainView::from(domain), domain.version)
}

fn problem(error: ProveDomainError) -> Problem {
    match error {
        ProveDomainError::Db(error) => error.into(),
        ProveDomainError::Unproved(domain) => {
            let view = DomainView::from(&domain);
            let missing = FieldError::new("domain", "domain_unproved", codes::title("domain_unproved"));
            let missing = match view.proof {
                Some(proof) => missing
                    .fact("record_type", proof.record_type)
                    .fact("record_name", proof.record_name)
                    .fact("record_value", proof.record_value),
                None => missing,
            };
            Problem::conflict("domain_unproved").with(missing).retry_after(RETRY_PROOF_S)
        }
        ProveDomainError::Resolver(_) => Problem::unavailable("dns_unavailable", RETRY_RESOLVER_S),
        ProveDomainError::Variable(error) => error.into(),
    }
}
