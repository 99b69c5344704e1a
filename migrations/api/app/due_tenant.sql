-- The shop whose rows are to be removed next. Runs as app_resolver.
create or replace function app.due_tenant() returns uuid
language plpgsql stable security definer
set search_path = pg_catalog
as $$
begin
  return (select t.id from app.tenant t where t.deleted_at < now() - app.tenant_retention() and t.id <> app.platform_id() order by t.deleted_at, t.id limit 1);
end $$;
comment on function app.due_tenant() is 'A shop that was deleted longer ago than it can be restored; NULL when there is none.';
