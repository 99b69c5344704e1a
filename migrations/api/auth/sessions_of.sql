-- GET members/{id}/sessions and customers/{id}/sessions: where somebody else is signed in.
create or replace function api.auth_sessions_of(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  return app.open_sessions(app.require_account(input ->> 'kind', (input ->> 'account_id')::uuid, to_change => false));
end $$;
comment on function api.auth_sessions_of(jsonb, jsonb) is 'Sessions of a member or a customer at this tenant, for administrators.';
