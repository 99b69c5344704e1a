-- POST integrations/{id}/keys/{key_id}/rotate: another key, while the old one is good for a while yet.
create or replace function api.integration_rotate_key(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  i app.integration := app.require_integration((input ->> 'id')::uuid);
  ends timestamptz := now() + make_interval(secs => (input ->> 'overlap_s')::int);
begin
  update app.api_key k set expires_at = least(k.expires_at, ends)
  where k.tenant_id = t.id and k.integration_id = i.id and k.id = (input ->> 'old_id')::uuid and k.revoked_at is null and k.expires_at > now();
  if not found then perform app.refuse(404, 'key_not_found'); end if;
  return app.key_view(app.add_key(i, input));
end $$;
comment on function api.integration_rotate_key(jsonb, jsonb) is 'Gives a program a key in place of one, which ends after an overlap; refuses key_not_found, key_limit.';
