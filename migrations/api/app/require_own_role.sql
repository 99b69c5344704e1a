-- A role of the shop's own that the caller may change.
create or replace function app.require_own_role(wanted text, may jsonb, expected_version bigint) returns app.role
language plpgsql volatile
as $$
declare
  r app.role;
begin
  perform app.lock_roles();
  select x.* into r from app.role x where x.tenant_id = app.tenant_id() and x.key = wanted and x.deleted_at is null;
  if not found then perform app.refuse(404, 'role_not_found'); end if;
  if not app.within(r.key, may) then perform app.refuse(403, 'beyond_own_permissions'); end if;
  if r.version <> expected_version then perform app.refuse(412, 'version_mismatch', jsonb_build_object('version', r.version)); end if;
  return r;
end $$;
comment on function app.require_own_role(text, jsonb, bigint) is
  'One of the shop''s own roles, to be changed by nobody else meanwhile. Refuses role_not_found, beyond_own_permissions, version_mismatch.';
