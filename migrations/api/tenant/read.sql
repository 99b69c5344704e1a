-- GET tenants/me
create or replace function api.tenant_read(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  return app.settings_view(t);
end $$;
comment on function api.tenant_read(jsonb, jsonb) is 'A shop as its staff see it.';
