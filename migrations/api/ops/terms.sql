-- The terms of a plan, in the columns of a shop that hold them: the revision that is asked for, or the newest, with what was agreed apart from it.
create or replace function ops.terms(input jsonb) returns app.tenant
language plpgsql volatile
as $$
declare
  shop text := app.tenant_id()::text;
  p ops.plan;
  t app.tenant;
begin
  perform set_config('app.tenant_id', app.platform_id()::text, true);
  select x.* into p from ops.plan x
  where x.tenant_id = app.platform_id() and x.key = input ->> 'plan' and x.revision = coalesce((input ->> 'revision')::int, x.revision)
  order by x.revision desc limit 1;
  perform set_config('app.tenant_id', shop, true);
  if p.id is null then perform app.refuse(422, 'invalid_request', '{"field": "plan", "code": "unsupported"}'); end if;
  t.plan := p.key;
  t.plan_revision := p.revision;
  t.limits := jsonb_strip_nulls(p.limits || coalesce(input -> 'limits', '{}'));
  t.features := array(select f from (select unnest(p.features) f union select jsonb_object_keys(coalesce(input -> 'features', '{}'))) x
    where coalesce((input #>> array['features', f])::boolean, f = any (p.features)) order by f);
  return t;
end $$;
comment on function ops.terms(jsonb) is 'What a plan gives a shop; refuses a plan that there is not.';
