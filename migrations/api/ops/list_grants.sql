-- For the command line: every grant that is not over.
create or replace function ops.list_grants(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog
as $$
begin
  perform set_config('app.tenant_id', app.platform_id()::text, true);
  return coalesce((select jsonb_agg(ops.grant_view(x) order by x.created_at, x.id) from ops.platform_grant x
    where x.tenant_id = app.platform_id() and x.revoked_at is null and x.ends_at > now()), '[]');
end $$;
comment on function ops.list_grants(jsonb) is 'Grants that are good or will be.';
