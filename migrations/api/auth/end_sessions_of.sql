-- DELETE members/{id}/sessions and customers/{id}/sessions, and one of them by its id: an administrator signs somebody out of this
-- shop. The account stays what it is and may sign in again.
create or replace function api.auth_end_sessions_of(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.require_account(input ->> 'kind', (input ->> 'account_id')::uuid);
begin
  return jsonb_build_object('ended', case when (input -> 'all')::boolean
    then app.end_sessions(a.id, 'ended_by_administrator')
    else app.end_session(a.id, 'ended_by_administrator', (input ->> 'session_id')::uuid) end);
end $$;
comment on function api.auth_end_sessions_of(jsonb, jsonb) is 'Ends one or all sessions of a member or a customer, for administrators.';
