-- Beside each call (`select api.fn($1, $2), api.tenant_of($1)`): the tenant, when the edge did not know it, for its cache.
create or replace function api.tenant_of(context jsonb) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  tenant app.tenant;
begin
  if context ? 'tenant_id' or not (context ? 'host' or context ? 'slug') then return null; end if;
  tenant := app.resolve_tenant(context ->> 'host', context ->> 'slug');
  if tenant.id is null then
    perform app.refuse_moved(context ->> 'host', context ->> 'slug');
    return null;
  end if;
  return app.tenant_view(tenant);
end $$;
comment on function api.tenant_of(jsonb) is 'Tenant view for the edge''s cache; NULL when the context names the tenant already.';
