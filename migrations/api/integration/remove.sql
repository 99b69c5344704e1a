-- DELETE integrations/{id}: its keys open nothing from their next request on.
create or replace function api.integration_remove(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  i app.integration := app.require_integration((input ->> 'id')::uuid, (input ->> 'version')::bigint);
begin
  update app.api_key k set revoked_at = now() where k.tenant_id = t.id and k.integration_id = i.id and k.revoked_at is null;
  update app.integration x set deleted_at = now() where x.tenant_id = t.id and x.id = i.id returning x.* into i;
  return jsonb_build_object('version', i.version, 'integration', app.integration_view(i));
end $$;
comment on function api.integration_remove(jsonb, jsonb) is 'Removes a program with its keys; refuses integration_not_found, version_mismatch.';
