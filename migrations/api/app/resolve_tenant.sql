-- Exactly one tenant or none (TEN-03, TEN-04, ruling C-05): by verified custom domain, by slug, and when both name one, the same.
-- Runs as app_resolver (migrations/api/grants.sql): the only way to see a tenant before app.tenant_id() is set.
create or replace function app.resolve_tenant(host text, slug text) returns app.tenant
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  by_host app.tenant;
  by_slug app.tenant;
begin
  if slug is not null then
    select t.* into by_slug from app.tenant t where t.slug = resolve_tenant.slug and t.deleted_at is null;
    if by_slug.id is null then return null; end if;
  end if;
  if host is not null then
    select t.* into by_host from app.tenant_domain d join app.tenant t on t.id = d.tenant_id
    where d.domain = resolve_tenant.host and d.status = 'verified' and t.deleted_at is null;
  end if;
  if by_host.id is not null and by_slug.id is not null and by_host.id <> by_slug.id then return null; end if;
  if by_slug.id is not null then return by_slug; end if;
  return by_host;
end $$;
comment on function app.resolve_tenant(text, text) is 'The tenant that a host and/or slug names; NULL when none or when they disagree.';
