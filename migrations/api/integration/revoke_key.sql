-- DELETE integrations/{id}/keys/{key_id}: it opens nothing from its next request on.
create or replace function api.integration_revoke_key(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  i app.integration := app.require_integration((input ->> 'id')::uuid);
  k app.api_key;
begin
  update app.api_key x set revoked_at = now()
  where x.tenant_id = t.id and x.integration_id = i.id and x.id = (input ->> 'key_id')::uuid and x.revoked_at is null
  returning x.* into k;
  if k.id is null then perform app.refuse(404, 'key_not_found'); end if;
  return app.key_view(k);
end $$;
comment on function api.integration_revoke_key(jsonb, jsonb) is 'Revokes a key; refuses integration_not_found, key_not_found.';
