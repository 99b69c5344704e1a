-- Nobody gives, changes or takes away what goes beyond their own permissions. `may` is what the caller has: the shipped roles that are
-- within theirs, and their permissions.
create or replace function app.within(role text, may jsonb) returns boolean
language plpgsql stable
as $$
declare
  facts jsonb := app.role_facts(role);
begin
  -- What is neither shipped nor the shop's own permits nothing.
  if facts is null then return may -> 'roles' ? role or not may -> 'shipped' ? role; end if;
  return (facts ->> 'base' is null or may -> 'roles' ? (facts ->> 'base')) and may -> 'permissions' @> (facts -> 'permissions');
end $$;
comment on function app.within(text, jsonb) is 'Whether a role permits nothing that the caller may not do.';
