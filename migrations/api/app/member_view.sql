-- A member as the shop's staff see them.
create or replace function app.member_view(m app.membership) returns jsonb
language plpgsql stable
as $$
declare
  a identity.account;
begin
  select x.* into a from identity.account x where x.realm_id = m.realm_id and x.id = m.account_id;
  return jsonb_build_object('account_id', m.account_id, 'email', a.email, 'given_name', a.given_name, 'family_name', a.family_name,
    'avatar_url', a.avatar_url, 'role', m.role, 'status', m.status, 'joined_at', app.iso(m.created_at));
end $$;
comment on function app.member_view(app.membership) is 'Who a member is, and what they are here.';
