-- What a role of the shop's own comes to: all permissions down to the shipped role below it, if there is one. NULL for a shipped role
-- and for one that nobody has heard of.
create or replace function app.role_facts(wanted text) returns jsonb
language plpgsql stable
as $$
declare
  next text := wanted;
  r app.role;
  granted text[] := '{}';
begin
  loop
    select x.* into r from app.role x where x.tenant_id = app.tenant_id() and x.key = next and x.deleted_at is null;
    exit when not found;
    granted := granted || r.permissions;
    next := r.base;
  end loop;
  if next is not distinct from wanted then return null; end if;
  return jsonb_build_object('base', next, 'permissions', to_jsonb(granted));
end $$;
comment on function app.role_facts(text) is 'Shipped base and collected permissions of a role of the shop''s own; NULL for others.';
