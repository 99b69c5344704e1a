-- POST roles
create or replace function api.role_create(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  r app.role;
begin
  perform app.require_feature(t, 'custom_roles');
  perform app.lock_roles();
  if (select count(*) from app.role x where x.tenant_id = t.id and x.deleted_at is null) >= (input ->> 'max')::int then
    perform app.refuse(409, 'role_limit', jsonb_build_object('max', (input ->> 'max')::int));
  end if;
  if exists (select from app.role x where x.tenant_id = t.id and x.key = input ->> 'key' and x.deleted_at is null) then
    perform app.refuse(409, 'role_exists', '{"field": "key"}');
  end if;
  perform app.require_base(input ->> 'base', input -> 'may');
  insert into app.role (tenant_id, id, key, name, description, base, permissions)
  values (t.id, (input ->> 'id')::uuid, input ->> 'key', input ->> 'name', coalesce(input ->> 'description', ''), input ->> 'base',
    array(select jsonb_array_elements_text(input -> 'permissions')))
  returning * into r;
  return app.role_view(r);
end $$;
comment on function api.role_create(jsonb, jsonb) is 'Makes a role of the shop''s own.';
