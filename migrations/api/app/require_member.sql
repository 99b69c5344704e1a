-- A member who is to be changed by another one. Owners are locked first and in one order: of two who remove each other, one stays.
create or replace function app.require_member(wanted uuid, may jsonb) returns app.membership
language plpgsql volatile
as $$
declare
  a identity.account := app.require_account('staff', wanted);
  m app.membership;
begin
  if a.id = app.account_id() then perform app.refuse(409, 'own_membership'); end if;
  perform from app.membership x where x.tenant_id = app.tenant_id() and x.role = 'owner' and x.status = 'active' order by x.id for no key update;
  select x.* into m from app.membership x where x.tenant_id = app.tenant_id() and x.account_id = a.id for no key update;
  if not app.within(m.role, may) then perform app.refuse(403, 'beyond_own_permissions'); end if;
  return m;
end $$;
comment on function app.require_member(uuid, jsonb) is
  'A member of the running tenant, locked, with all its owners. Refuses member_not_found, own_membership, beyond_own_permissions.';
