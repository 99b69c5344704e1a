-- POST ownership: another member becomes owner, and the caller, who was one, an administrator.
create or replace function api.member_transfer(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  m app.membership := app.require_member((input ->> 'account_id')::uuid, input -> 'may');
begin
  update app.membership x set role = 'admin' where x.tenant_id = t.id and x.account_id = app.account_id() and x.role = 'owner' and x.status = 'active';
  if not found then perform app.refuse(403, 'beyond_own_permissions'); end if;
  if m.status <> 'active' then perform app.refuse(409, 'member_suspended'); end if;
  update app.membership x set role = 'owner' where x.tenant_id = t.id and x.id = m.id returning x.* into m;
  return jsonb_build_object('member', app.member_view(m), 'outdated', app.outdated(array[m.account_id, app.account_id()]));
end $$;
comment on function api.member_transfer(jsonb, jsonb) is 'Hands the shop to another member.';
