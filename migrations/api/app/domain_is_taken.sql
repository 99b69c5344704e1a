-- Whether another shop has verified a name; not which. Runs as app_resolver (migrations/api/grants.sql).
create or replace function app.domain_is_taken(domain text, tenant uuid) returns boolean
language plpgsql stable security definer
set search_path = pg_catalog
as $$
begin
  return exists (select from app.tenant_domain d where d.domain = domain_is_taken.domain and d.status = 'verified' and d.tenant_id <> tenant);
end $$;
comment on function app.domain_is_taken(text, uuid) is 'Whether a shop other than this one has verified a domain.';
