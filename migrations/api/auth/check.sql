-- Whether a token still speaks for its session as that is now: entering tells. For a refusal that rests on what the token says, which may be out
-- of date.
create or replace function api.auth_check(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  return '{}';
end $$;
comment on function api.auth_check(jsonb, jsonb) is 'Refuses a session that is over or a token that is out of date.';
