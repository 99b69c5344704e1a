-- DELETE roles/{key}
create or replace function api.role_remove(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  r app.role := app.require_own_role(input ->> 'key', input -> 'may', (input ->> 'version')::bigint);
begin
  if exists (select from app.membership m where m.tenant_id = t.id and m.role = r.key and m.status <> 'removed')
    or exists (select from app.role x where x.tenant_id = t.id and x.base = r.key and x.deleted_at is null)
  then perform app.refuse(409, 'role_in_use'); end if;
  update app.role x set deleted_at = now() where x.tenant_id = t.id and x.id = r.id;
  return '{}';
end $$;
comment on function api.role_remove(jsonb, jsonb) is 'Removes a role that nobody has; refuses role_in_use.';
