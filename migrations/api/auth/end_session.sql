-- DELETE sessions/{id} and DELETE sessions: one of the caller's sessions, or all but the one that asks.
create or replace function api.auth_end_session(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  me identity.account := app.require_session();
  a identity.account := app.lock_account(me.realm_id, me.id);
begin
  return jsonb_build_object('ended', case when (input -> 'others')::boolean
    then app.end_sessions(a.id, 'ended_by_owner', kept => app.session_id())
    else app.end_session(a.id, 'ended_by_owner', (input ->> 'session_id')::uuid) end);
end $$;
comment on function api.auth_end_session(jsonb, jsonb) is 'Ends one or all other sessions of the caller.';
