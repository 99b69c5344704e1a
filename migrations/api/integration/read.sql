-- GET integrations/{id}
create or replace function api.integration_read(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  i app.integration := app.require_integration((input ->> 'id')::uuid);
begin
  return jsonb_build_object('version', i.version, 'integration', app.integration_view(i));
end $$;
comment on function api.integration_read(jsonb, jsonb) is 'A program with its live keys; refuses integration_not_found.';
