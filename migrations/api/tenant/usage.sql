-- GET tenants/me/usage (ORG-02, ORG-05): counted now.
create or replace function api.tenant_usage(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  return jsonb_build_object('plan', app.plan_view(t), 'meters', (
    select jsonb_agg(jsonb_build_object('name', m.name, 'used', u.used, 'limit', (t.limits ->> m.name)::bigint,
      'remaining', greatest((t.limits ->> m.name)::bigint - u.used, 0), 'resets_at', case when m.monthly then app.iso(app.month_of(t, 1)) end) order by m.name)
    from (values ('products', false), ('orders_monthly', true), ('api_calls_monthly', true), ('seats', false)) m (name, monthly) cross join lateral (select app.used(t, m.name) as used) u));
end $$;
comment on function api.tenant_usage(jsonb, jsonb) is 'What a shop uses of what its plan allows.';
