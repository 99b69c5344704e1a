-- GET /media/{id}
create or replace function api.storefront_media(context jsonb, input jsonb) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  m app.media;
begin
  select * into m from app.media where tenant_id = t.id and id = (input ->> 'id')::uuid and deleted_at is null;
  if m.id is null then perform app.refuse(404, 'media_not_found'); end if;
  return jsonb_build_object('content_type', m.content_type, 'content', translate(encode(m.content, 'base64'), E'\n', ''), 'sha256', encode(m.sha256, 'hex'));
end $$;
comment on function api.storefront_media(jsonb, jsonb) is 'A picture, base64 in JSON.';
