-- DELETE tenants/me/domains/{id}: a domain in use is given up and leads on for a while; one that leads on ends; what was only asked for goes at once.
create or replace function api.domain_remove(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  d app.tenant_domain := app.require_domain((input ->> 'id')::uuid, (input ->> 'version')::bigint);
begin
  if d.status = 'verified' then
    update app.tenant_domain x set status = 'former', is_primary = false, verified_at = null, former_until = now() + make_interval(secs => (input ->> 'former_s')::int)
    where x.tenant_id = t.id and x.id = d.id returning x.* into d;
  elsif d.status = 'pending' and d.former_until > now() then
    update app.tenant_domain x set status = 'former', token = null, expires_at = null where x.tenant_id = t.id and x.id = d.id returning x.* into d;
  elsif d.status = 'former' then
    update app.tenant_domain x set status = 'ended' where x.tenant_id = t.id and x.id = d.id;
    d.former_until := null;
  else
    delete from app.tenant_domain x where x.tenant_id = t.id and x.id = d.id;
    d.former_until := null;
  end if;
  return app.domain_view(d);
end $$;
comment on function api.domain_remove(jsonb, jsonb) is 'Gives a domain up; refuses domain_not_found and version_mismatch.';
