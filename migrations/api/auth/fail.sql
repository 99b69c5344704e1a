-- Second statement of a login that failed: the trail. The failure itself was charged by api.auth_find.
create or replace function api.auth_fail(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  perform app.note_attempt(input, input ->> 'method', 'failed', (input ->> 'account_id')::uuid, input ->> 'reason');
  return '{}';
end $$;
comment on function api.auth_fail(jsonb, jsonb) is 'Records a failed attempt.';
