-- PATCH roles/{key}. Whoever has the role, or one that contains it, gets a new token with what it permits now: the old ones end.
create or replace function api.role_update(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  r app.role := app.require_own_role(input ->> 'key', input -> 'may', (input ->> 'version')::bigint);
  patch jsonb := input -> 'patch';
  new_base text := case when patch ? 'base' then patch ->> 'base' else r.base end;
  outdated uuid[] := '{}';
  granted text[] := case when patch ? 'permissions' then array(select jsonb_array_elements_text(patch -> 'permissions')) else r.permissions end;
begin
  if patch ? 'base' then
    perform app.require_base(new_base, input -> 'may');
    if new_base = any (app.roles_above(r.key)) then
      perform app.refuse(422, 'invalid_request', '{"field": "base", "code": "role_cycle"}');
    end if;
  end if;
  if (new_base, granted) is distinct from (r.base, r.permissions) then
    with raised as (
      update app.membership m set epoch = m.epoch + 1 where m.tenant_id = t.id and m.role = any (app.roles_above(r.key))
      returning m.account_id)
    select coalesce(array_agg(x.account_id), '{}') into outdated from raised x;
  end if;
  update app.role x set name = coalesce(patch ->> 'name', x.name), description = coalesce(patch ->> 'description', x.description),
    base = new_base, permissions = granted
  where x.tenant_id = t.id and x.id = r.id returning x.* into r;
  return jsonb_build_object('role', app.role_view(r), 'outdated', app.outdated(outdated));
end $$;
comment on function api.role_update(jsonb, jsonb) is 'Changes a role of the shop''s own, for all who have it at once.';
