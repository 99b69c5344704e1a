-- Whose trail is sealed: every shop's, to its last line, also when it is deleted. Runs as app_resolver.
create or replace function app.all_tenants() returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog
as $$
begin
  return query
  select t.id from app.tenant t;
end $$;
comment on function app.all_tenants() is 'Ids of all tenants, deleted ones too.';
