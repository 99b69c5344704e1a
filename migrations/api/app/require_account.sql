-- For what administrators do to accounts: staff ask, and only of this shop's members and customers. Anybody else is not there.
create or replace function app.require_account(wanted_kind text, wanted uuid, to_change boolean default true) returns identity.account
language plpgsql volatile
as $$
declare
  me identity.account := app.require_session();
  realm uuid := app.realm_of(wanted_kind);
  a identity.account;
begin
  if me.kind <> 'staff' then perform app.refuse(401, 'authentication_required'); end if;
  if to_change then
    a := app.lock_account(realm, wanted);
  else
    select x.* into a from identity.account x where x.realm_id = realm and x.id = wanted and x.deleted_at is null;
  end if;
  if a.id is null or a.kind = 'staff' and not exists (
    select from app.membership m where m.tenant_id = app.tenant_id() and m.account_id = a.id and m.status <> 'removed')
  then perform app.refuse(404, case wanted_kind when 'staff' then 'member_not_found' else 'customer_not_found' end); end if;
  return a;
end $$;
comment on function app.require_account(text, uuid, boolean) is
  'A member or a customer of the running tenant, for staff; locked to be changed. Refuses authentication_required, member_not_found, customer_not_found.';
