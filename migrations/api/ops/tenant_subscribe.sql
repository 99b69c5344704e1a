-- POST tenants/{id}/subscribe: another plan, another revision of the same, or other terms than the plan's. What the shop has beyond the new limits stays; it
-- only cannot get more.
create or replace function ops.tenant_subscribe(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'plans.manage', (input ->> 'id')::uuid, (input - 'id')::text);
  t app.tenant;
  terms app.tenant := ops.terms(input);
begin
  select x.* into t from app.tenant x where x.id = app.tenant_id() for no key update;
  if t.deleted_at is not null then perform app.refuse(409, 'tenant_deleted'); end if;
  if t.version <> (input ->> 'version')::bigint then perform app.refuse(412, 'version_mismatch', jsonb_build_object('version', t.version)); end if;
  update app.tenant x set plan = terms.plan, plan_revision = terms.plan_revision, limits = terms.limits, features = terms.features
  where x.id = t.id returning x.* into t;
  return jsonb_build_object('version', t.version, 'tenant', ops.tenant_view(t));
end $$;
comment on function ops.tenant_subscribe(jsonb, jsonb) is 'Puts a shop on a plan; refuses version_mismatch, tenant_deleted.';
