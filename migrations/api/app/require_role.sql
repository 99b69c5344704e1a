-- A role that is given to somebody: it must exist, which of shipped ones the edge knows, and lie within the caller's own permissions. One
-- of the shop's own is not removed meanwhile.
create or replace function app.require_role(role text, may jsonb) returns void
language plpgsql volatile
as $$
begin
  perform from app.role r where r.tenant_id = app.tenant_id() and r.key = role and r.deleted_at is null for share;
  if not found and not may -> 'shipped' ? role then
    perform app.refuse(422, 'invalid_request', '{"field": "role", "code": "unsupported"}');
  end if;
  if not app.within(role, may) then perform app.refuse(403, 'beyond_own_permissions'); end if;
end $$;
comment on function app.require_role(text, jsonb) is 'Refuses a role that does not exist (unsupported) or is more than the caller''s own (beyond_own_permissions).';
