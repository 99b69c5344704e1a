-- GET sessions: where the caller is signed in.
create or replace function api.auth_sessions(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  return app.open_sessions(app.require_session());
end $$;
comment on function api.auth_sessions(jsonb, jsonb) is 'Sessions of the caller at this tenant.';
