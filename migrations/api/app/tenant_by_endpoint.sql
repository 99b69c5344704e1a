-- The gateway account behind a webhook endpoint. Runs as app_resolver: the endpoint's 128 random bits lead to the tenant.
create or replace function app.tenant_by_endpoint(endpoint uuid) returns uuid
language plpgsql stable security definer
set search_path = pg_catalog
as $$
begin
  return (
  select a.tenant_id from app.gateway_account a where a.endpoint_id = endpoint and a.is_active);
end $$;
comment on function app.tenant_by_endpoint(uuid) is 'Tenant of a webhook endpoint; NULL when there is none.';
