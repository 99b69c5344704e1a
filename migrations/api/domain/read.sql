-- GET tenants/me/domains/{id}, and what must be looked for in the DNS before a domain can be verified.
create or replace function api.domain_read(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  d app.tenant_domain;
begin
  select x.* into d from app.tenant_domain x where x.tenant_id = t.id and x.id = (input ->> 'id')::uuid and x.status <> 'ended';
  if d.id is null then perform app.refuse(404, 'domain_not_found'); end if;
  return app.domain_view(d);
end $$;
comment on function api.domain_read(jsonb, jsonb) is 'One domain of a shop; refuses domain_not_found.';
