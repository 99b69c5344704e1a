-- GET tenants/{id}
create or replace function ops.tenant_read(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'tenants.view', (input ->> 'id')::uuid);
begin
  return (select jsonb_build_object('version', t.version, 'tenant', ops.tenant_view(t)) from app.tenant t where t.id = app.tenant_id());
end $$;
comment on function ops.tenant_read(jsonb, jsonb) is 'A shop as the platform sees it.';
