-- One of the running shop's domains, locked.
create or replace function app.require_domain(domain_id uuid, version bigint) returns app.tenant_domain
language plpgsql volatile
as $$
declare
  d app.tenant_domain;
begin
  perform app.lock_domains();
  select x.* into d from app.tenant_domain x where x.tenant_id = app.tenant_id() and x.id = domain_id and x.status <> 'ended' for no key update;
  if d.id is null then perform app.refuse(404, 'domain_not_found'); end if;
  if d.version <> require_domain.version then perform app.refuse(412, 'version_mismatch', jsonb_build_object('version', d.version)); end if;
  return d;
end $$;
comment on function app.require_domain(uuid, bigint) is 'Locks a domain of the shop; refuses domain_not_found and version_mismatch.';
