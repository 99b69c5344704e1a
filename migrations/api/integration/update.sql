-- PATCH integrations/{id}: for all its keys from their next request on.
create or replace function api.integration_update(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  i app.integration := app.require_integration((input ->> 'id')::uuid, (input ->> 'version')::bigint);
  p jsonb := input -> 'patch';
begin
  update app.integration x set name = coalesce(p ->> 'name', x.name), rate_per_minute = coalesce((p ->> 'rate_per_minute')::int, x.rate_per_minute),
    scopes = case when p ? 'scopes' then array(select jsonb_array_elements_text(p -> 'scopes')) else x.scopes end,
    allowed_addresses = case when p ? 'allowed_addresses' then array(select a::cidr from jsonb_array_elements_text(p -> 'allowed_addresses') a)
      else x.allowed_addresses end
  where x.tenant_id = t.id and x.id = i.id returning x.* into i;
  return jsonb_build_object('version', i.version, 'integration', app.integration_view(i));
end $$;
comment on function api.integration_update(jsonb, jsonb) is 'Changes a program; refuses integration_not_found, version_mismatch.';
