-- GET tenants/me/domains: all that the shop has to do with, the primary one first.
create or replace function api.domain_list(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  return coalesce((select jsonb_agg(app.domain_view(d) order by d.is_primary desc, d.domain) from app.tenant_domain d where d.tenant_id = t.id and d.status <> 'ended'), '[]');
end $$;
comment on function api.domain_list(jsonb, jsonb) is 'A shop''s domains: in use, asked for, given up.';
