-- A round trip for /ready: no tenant, no table.
create or replace function api.system_ping(context jsonb, input jsonb) returns jsonb
language sql stable security definer
set search_path = pg_catalog
as $$
  select jsonb_build_object('ok', true)
$$;
comment on function api.system_ping(jsonb, jsonb) is 'Answers when the database does.';
