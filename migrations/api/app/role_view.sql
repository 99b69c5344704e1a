-- A role of the shop's own, with what it comes to and how many have it.
create or replace function app.role_view(r app.role) returns jsonb
language plpgsql stable
as $$
begin
  return jsonb_build_object('key', r.key, 'name', r.name, 'description', r.description, 'base', r.base, 'permissions', to_jsonb(r.permissions),
    'facts', app.role_facts(r.key), 'version', r.version, 'members', (
      select count(*) from app.membership m where m.tenant_id = r.tenant_id and m.role = r.key and m.status <> 'removed'));
end $$;
comment on function app.role_view(app.role) is 'A role as the edge shows it.';
