-- POST integrations/{id}/keys
create or replace function api.integration_add_key(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  i app.integration := app.require_integration((input ->> 'id')::uuid);
begin
  perform app.require_feature(t, 'api_keys');
  return app.key_view(app.add_key(i, input));
end $$;
comment on function api.integration_add_key(jsonb, jsonb) is 'Gives a program another key; refuses integration_not_found, feature_not_in_plan, key_limit.';
