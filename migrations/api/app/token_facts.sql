-- What an access token says of an account here, but who it is. The epoch is read before what the role permits: a token never carries old
-- permissions under a new epoch.
create or replace function app.token_facts(a identity.account) returns jsonb
language plpgsql volatile
as $$
declare
  standing record := app.standing(a);
begin
  if standing.role is null then perform app.refuse(401, 'session_ended'); end if;
  return jsonb_build_object('epoch', standing.epoch, 'role', standing.role,
    'role_facts', case a.kind when 'staff' then app.role_facts(standing.role) end);
end $$;
comment on function app.token_facts(identity.account) is 'Epoch and role of an account that may sign in here; refuses session_ended otherwise.';
