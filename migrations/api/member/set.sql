-- Role or status of a member. Either change ends the tokens of the old one at once; suspension and removal end the sessions too.
create or replace function api.member_set(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  m app.membership := app.require_member((input ->> 'account_id')::uuid, input -> 'may');
begin
  if input ->> 'role' is not null then perform app.require_role(input ->> 'role', input -> 'may'); end if;
  update app.membership x set role = coalesce(input ->> 'role', x.role), status = coalesce(input ->> 'status', x.status)
  where x.tenant_id = t.id and x.id = m.id
    and (x.role, x.status) is distinct from (coalesce(input ->> 'role', x.role), coalesce(input ->> 'status', x.status));
  select x.* into m from app.membership x where x.tenant_id = t.id and x.id = m.id;
  perform app.keep_owner();
  return jsonb_build_object('member', app.member_view(m), 'outdated', app.outdated(array[m.account_id]),
    'ended', case when m.status = 'active' then '[]' else app.end_sessions(m.account_id, m.status) end);
end $$;
comment on function api.member_set(jsonb, jsonb) is 'Changes role or status of a member; answers which sessions ended and whose tokens are out of date.';
