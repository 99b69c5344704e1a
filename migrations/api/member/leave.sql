-- POST leave: the caller is no member any more. The last owner stays.
create or replace function api.member_leave(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.require_session();
begin
  a := app.lock_account(a.realm_id, a.id);
  perform from app.membership x where x.tenant_id = t.id and x.role = 'owner' and x.status = 'active' order by x.id for no key update;
  update app.membership m set status = 'removed' where m.tenant_id = t.id and m.account_id = a.id;
  perform app.keep_owner();
  return jsonb_build_object('ended', app.end_sessions(a.id, 'removed'));
end $$;
comment on function api.member_leave(jsonb, jsonb) is 'Ends the caller''s membership; refuses last_owner.';
