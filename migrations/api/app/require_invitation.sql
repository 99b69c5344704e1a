-- An invitation that nobody has followed yet, locked, for whoever may give its role.
create or replace function app.require_invitation(wanted uuid, may jsonb) returns app.invitation
language plpgsql volatile
as $$
declare
  i app.invitation;
begin
  select x.* into i from app.invitation x where x.tenant_id = app.tenant_id() and x.id = wanted for no key update;
  if not found then perform app.refuse(404, 'invitation_not_found'); end if;
  if i.status <> 'pending' then perform app.refuse(409, 'invitation_closed'); end if;
  if not app.within(i.role, may) then perform app.refuse(403, 'beyond_own_permissions'); end if;
  return i;
end $$;
comment on function app.require_invitation(uuid, jsonb) is 'Refuses invitation_not_found, invitation_closed, beyond_own_permissions.';
