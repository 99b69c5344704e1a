-- POST integrations
create or replace function api.integration_create(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  i app.integration;
begin
  perform app.require_feature(t, 'api_keys');
  perform pg_advisory_xact_lock(hashtextextended('integration:' || t.id::text, 0));
  if (select count(*) from app.integration x where x.tenant_id = t.id and x.deleted_at is null) >= (input ->> 'max')::int then
    perform app.refuse(409, 'integration_limit', jsonb_build_object('max', (input ->> 'max')::int));
  end if;
  insert into app.integration (tenant_id, id, name, scopes, allowed_addresses, rate_per_minute)
  values (t.id, (input ->> 'id')::uuid, input ->> 'name', array(select jsonb_array_elements_text(input -> 'scopes')),
    array(select x::cidr from jsonb_array_elements_text(input -> 'allowed_addresses') x), (input ->> 'rate_per_minute')::int)
  returning * into i;
  return jsonb_build_object('version', i.version, 'integration', app.integration_view(i));
end $$;
comment on function api.integration_create(jsonb, jsonb) is 'Adds a program; refuses feature_not_in_plan, integration_limit.';
