-- POST platform/plans: a plan, or the next revision of one. Shops that are on an earlier one stay there until they are put on this.
create or replace function ops.plan_publish(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'plans.manage', null, (input - 'id')::text);
  p ops.plan;
begin
  perform pg_advisory_xact_lock(hashtextextended('plans', 0));
  if not exists (select from ops.plan x where x.tenant_id = app.tenant_id() and x.key = input ->> 'plan')
    and (select count(distinct x.key) from ops.plan x where x.tenant_id = app.tenant_id()) >= (input ->> 'max')::int then
    perform app.refuse(409, 'plan_limit', jsonb_build_object('max', (input ->> 'max')::int));
  end if;
  insert into ops.plan (id, key, revision, name, limits, features)
  values ((input ->> 'id')::uuid, input ->> 'plan',
    (select coalesce(max(x.revision), 0) + 1 from ops.plan x where x.tenant_id = app.tenant_id() and x.key = input ->> 'plan'),
    input -> 'name', jsonb_strip_nulls(input -> 'limits'), array(select distinct f from jsonb_array_elements_text(input -> 'features') f order by f))
  returning * into p;
  return ops.plan_view(p);
end $$;
comment on function ops.plan_publish(jsonb, jsonb) is 'Publishes a revision of a plan; refuses plan_limit.';
