-- The role that another one contains.
create or replace function app.require_base(base text, may jsonb) returns void
language plpgsql stable
as $$
begin
  if base is null then return; end if;
  if not may -> 'shipped' ? base and app.role_facts(base) is null then
    perform app.refuse(422, 'invalid_request', '{"field": "base", "code": "unsupported"}');
  end if;
  if not app.within(base, may) then perform app.refuse(403, 'beyond_own_permissions'); end if;
end $$;
comment on function app.require_base(text, jsonb) is 'Refuses a base that does not exist (unsupported) or is more than the caller''s own (beyond_own_permissions).';
