-- A shop's own domains, those in use, for the view that the edge keeps. Runs as app_resolver (migrations/api/grants.sql): the view is made where no tenant has
-- been entered.
create or replace function app.domains_of(tenant uuid) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
begin
  return coalesce((select jsonb_agg(d.domain order by d.domain) from app.tenant_domain d where d.tenant_id = tenant and d.status = 'verified'), '[]');
end $$;
comment on function app.domains_of(uuid) is 'The verified domains of a tenant, whoever asks.';
