-- Where a slug leads that no shop has any more. Runs as app_resolver.
create or replace function app.moved_tenant(slug text) returns text
language plpgsql stable security definer
set search_path = pg_catalog
as $$
begin
  return (select t.slug from app.tenant t where t.former_slug = moved_tenant.slug and t.former_slug_until > now() and t.deleted_at is null limit 1);
end $$;
comment on function app.moved_tenant(text) is 'The slug of the shop that had this one until lately; NULL when there is none.';
