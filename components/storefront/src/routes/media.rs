//! `/media`

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use commerce_db::storefront::{self, MediaInput};
use commerce_http::{Ctx, PathId, Problem, Query};
use http::HeaderMap;

use super::params::{MediaParam, NoParams};

/// `GET /media/{id}`: a picture. It never changes under its id.
pub async fn show_media(
    ctx: Ctx,
    headers: HeaderMap,
    PathId(MediaParam(id)): PathId<MediaParam>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let media = ctx.call(&storefront::MEDIA, &MediaInput { id }).await?;
    let content = STANDARD.decode(&media.content).map_err(|_| Problem::internal())?;
    ctx.info().immutable(&headers, &media.content_type, content, &media.sha256)
}
