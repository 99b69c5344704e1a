-- PATCH, DELETE members/{id}
create or replace function api.member_set(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  changed jsonb;
begin
  if input ->> 'role' is not null then perform app.require_role(input ->> 'role', input -> 'may'); end if;
  changed := app.set_member((input ->> 'account_id')::uuid, input);
  perform app.keep_owner();
  return changed || jsonb_build_object('outdated', app.outdated(array[(input ->> 'account_id')::uuid]));
end $$;
comment on function api.member_set(jsonb, jsonb) is 'Changes role or status of a member; answers which sessions ended and whose tokens are out of date.';
