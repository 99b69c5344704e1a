//! `/media`

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use commerce_db::storefront::{self, MediaInput};
use commerce_domain::MediaId;
use commerce_http::{Ctx, NoParams, PathId, Problem, Query};
use http::HeaderMap;

/// What a picture may be, as the database bounds it.
pub const TYPES: &[&str] = &["image/svg+xml", "image/png", "image/jpeg", "image/webp"];

/// `GET /media/{id}`: a picture. It never changes under its id.
pub async fn show_media(
    ctx: Ctx,
    headers: HeaderMap,
    PathId(id): PathId<MediaId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let media = ctx.call(&storefront::MEDIA, &MediaInput { id: id.as_uuid() }).await?;
    let content = STANDARD.decode(&media.content).map_err(|_| Problem::internal())?;
    ctx.info().immutable(&headers, &media.content_type, content, &media.sha256)
}
