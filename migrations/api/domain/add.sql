-- POST tenants/me/domains: asks for a name. One that the shop asked for too long ago, or has given up, is asked for again with another token; a name that was
-- given up leads on meanwhile.
create or replace function api.domain_add(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  d app.tenant_domain;
  expires timestamptz := now() + make_interval(secs => (input ->> 'ttl_s')::int);
begin
  perform app.require_feature(t, 'custom_domains');
  perform app.lock_domains();
  select x.* into d from app.tenant_domain x where x.tenant_id = t.id and x.domain = input ->> 'domain';
  if d.status = 'verified' or d.status = 'pending' and d.expires_at > now() then
    perform app.refuse(409, 'domain_exists', '{"field": "domain"}');
  end if;
  if app.domain_is_taken(input ->> 'domain', t.id) then perform app.refuse(409, 'domain_taken', '{"field": "domain"}'); end if;
  if (d.id is null or d.status = 'ended') and (select count(*) from app.tenant_domain x where x.tenant_id = t.id and x.status <> 'ended') >= (input ->> 'max')::int then
    perform app.refuse(409, 'domain_limit', jsonb_build_object('max', (input ->> 'max')::int));
  end if;
  if d.id is not null then
    update app.tenant_domain x set status = 'pending', token = input ->> 'token', expires_at = expires
    where x.tenant_id = t.id and x.id = d.id returning x.* into d;
    return app.domain_view(d);
  end if;
  insert into app.tenant_domain (tenant_id, id, domain, status, token, expires_at)
  values (t.id, (input ->> 'id')::uuid, input ->> 'domain', 'pending', input ->> 'token', expires)
  returning * into d;
  return app.domain_view(d);
end $$;
comment on function api.domain_add(jsonb, jsonb) is 'Asks for a custom domain; refuses feature_not_in_plan, domain_exists, domain_taken, domain_limit.';
