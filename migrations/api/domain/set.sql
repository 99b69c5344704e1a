-- PATCH tenants/me/domains/{id}: which domain is the primary one. Nothing else leads elsewhere by it.
create or replace function api.domain_set(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  d app.tenant_domain := app.require_domain((input ->> 'id')::uuid, (input ->> 'version')::bigint);
  wanted boolean := coalesce((input ->> 'is_primary')::boolean, d.is_primary);
begin
  if wanted = d.is_primary then return app.domain_view(d); end if;
  if d.status <> 'verified' then perform app.refuse(409, 'domain_unverified'); end if;
  if wanted then update app.tenant_domain x set is_primary = false where x.tenant_id = t.id and x.is_primary; end if;
  update app.tenant_domain x set is_primary = wanted where x.tenant_id = t.id and x.id = d.id returning x.* into d;
  return app.domain_view(d);
end $$;
comment on function api.domain_set(jsonb, jsonb) is 'Makes a domain the primary one, or no longer; refuses domain_not_found, version_mismatch, domain_unverified.';
