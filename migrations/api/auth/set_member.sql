-- Role or standing of a member. Either change ends the tokens of the old one at once; suspension ends the sessions too.
create or replace function api.auth_set_member(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.require_account('staff', (input ->> 'account_id')::uuid);
  m app.membership;
begin
  update app.membership x set role = coalesce(input ->> 'role', x.role), status = coalesce(input ->> 'status', x.status)
  where x.tenant_id = t.id and x.account_id = a.id returning x.* into m;
  return jsonb_build_object('account_id', m.account_id, 'role', m.role, 'status', m.status,
    'ended', case when m.status = 'suspended' then app.end_sessions(m.account_id, 'suspended') else '[]' end);
end $$;
comment on function api.auth_set_member(jsonb, jsonb) is 'Changes role or status of a member.';
