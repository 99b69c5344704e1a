-- Role or status of a member. Either change ends the tokens of the old one at once; suspension and removal end the sessions too.
create or replace function app.set_member(account uuid, input jsonb) returns jsonb
language plpgsql volatile
as $$
declare
  m app.membership := app.require_member(account, input -> 'may');
begin
  update app.membership x set role = coalesce(input ->> 'role', x.role), status = coalesce(input ->> 'status', x.status)
  where x.tenant_id = m.tenant_id and x.id = m.id
    and (x.role, x.status) is distinct from (coalesce(input ->> 'role', x.role), coalesce(input ->> 'status', x.status));
  select x.* into m from app.membership x where x.tenant_id = m.tenant_id and x.id = m.id;
  return jsonb_build_object('member', app.member_view(m),
    'ended', case when m.status = 'active' then '[]' else app.end_sessions(m.account_id, m.status) end);
end $$;
comment on function app.set_member(uuid, jsonb) is 'Changes role or status of a member; answers which sessions ended. Refuses as app.require_member.';
