-- DELETE sessions/{id} and DELETE sessions: one of the caller's sessions, or all but the one that asks.
create or replace function api.auth_end_session(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  me identity.account := app.require_session();
  a identity.account := app.lock_account(me.realm_id, me.id);
  ended jsonb;
begin
  if (input -> 'others')::boolean then
    return jsonb_build_object('ended', app.end_sessions(a.id, 'ended_by_owner', kept => app.session_id()));
  end if;
  if input ->> 'session_id' is not null then ended := app.end_sessions(a.id, 'ended_by_owner', wanted => (input ->> 'session_id')::uuid); end if;
  if coalesce(ended, '[]') = '[]' then perform app.refuse(404, 'session_not_found'); end if;
  return jsonb_build_object('ended', ended);
end $$;
comment on function api.auth_end_session(jsonb, jsonb) is 'Ends one or all other sessions of the caller.';
