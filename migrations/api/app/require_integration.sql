create or replace function app.require_integration(id uuid, seen bigint default null) returns app.integration
language plpgsql volatile
as $$
declare
  i app.integration;
begin
  select x.* into i from app.integration x where x.tenant_id = app.tenant_id() and x.id = require_integration.id and x.deleted_at is null for no key update;
  if i.id is null then perform app.refuse(404, 'integration_not_found'); end if;
  if i.version <> seen then perform app.refuse(412, 'version_mismatch', jsonb_build_object('version', i.version)); end if;
  return i;
end $$;
comment on function app.require_integration(uuid, bigint) is 'Locks a program of the running shop; refuses integration_not_found, version_mismatch.';
