-- The tenants that jobs visit, one after another, each under its own row-level security. Runs as app_resolver.
create or replace function app.live_tenants() returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog
as $$
begin
  return query
  select t.id from app.tenant t where t.deleted_at is null order by t.id;
end $$;
comment on function app.live_tenants() is 'Ids of all tenants that are not deleted.';
