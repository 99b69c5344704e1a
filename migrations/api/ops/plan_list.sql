-- GET platform/plans: of each plan the newest revision.
create or replace function ops.plan_list(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'plans.view');
begin
  return (select jsonb_agg(ops.plan_view(p) order by p.key) from ops.plan p
    where p.tenant_id = app.tenant_id() and p.revision = (select max(x.revision) from ops.plan x where x.tenant_id = p.tenant_id and x.key = p.key));
end $$;
comment on function ops.plan_list(jsonb, jsonb) is 'The plans that shops can be put on.';
