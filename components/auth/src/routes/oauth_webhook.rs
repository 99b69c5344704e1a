//! `/oauth/{provider}/webhook`: an issuer tells of its people.

use axum::extract::State;
use axum::response::Response;
use commerce_app::external::{self, Delivery};
use commerce_app::identity::now;
use commerce_db::Actor;
use commerce_db::auth::SyncOutcome;
use commerce_domain::AccountKind;
use commerce_http::{Ctx, PathId, Problem, RawBody};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::oauth::ProviderName;
use crate::problem;

/// What came of an event; `None`: it is not about a person.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryTaken)]
pub struct TakenView {
    outcome: Option<SyncOutcome>,
}

/// `POST /oauth/{provider}/webhook`: signed after the Standard Webhooks specification, under its own header names or those of Svix. Answers
/// 2xx once what it tells holds, also when it was told before.
pub async fn take(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    PathId(ProviderName(provider)): PathId<ProviderName>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, Problem> {
    let header = |name: &str| {
        let [svix, standard] = ["svix", "webhook"].map(|prefix| headers.get(format!("{prefix}-{name}")));
        svix.or(standard).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    let delivery = Delivery {
        kind,
        provider: &provider,
        id: header("id"),
        timestamp: header("timestamp"),
        signature: header("signature"),
        body: &body,
        now: now(),
    };
    let mut context = ctx.context();
    context.actor = Actor::Provider;
    let taken = ctx.run(external::take_delivery(&context, delivery)).await.map_err(problem::of_external)?;
    let (outcome, ended) = taken.unzip();
    ctx.revoke(ended.unwrap_or_default()).await;
    ctx.success(StatusCode::OK, &TakenView { outcome })
}
