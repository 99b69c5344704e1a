-- GET me/orders/{id}: as the guest with its token sees it; somebody else's is not found.
create or replace function api.customer_order(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  customer uuid := app.require_customer();
  wanted uuid := (input ->> 'id')::uuid;
begin
  if not exists (select from app.sales_order o where o.tenant_id = t.id and o.id = wanted and o.customer_id = customer) then
    perform app.refuse(404, 'order_not_found');
  end if;
  return jsonb_build_object('lang', app.pick_lang(input -> 'langs', t.locales, t.locale), 'shop', app.shop_facts(t),
    'order', app.order_facts(t.id, wanted), 'timeline', coalesce((
      select jsonb_agg(jsonb_build_object('kind', e.kind, 'at', app.iso(e.occurred_at)) order by e.occurred_at, e.id)
      from app.outbox e where e.tenant_id = t.id and e.aggregate_id = wanted), '[]'));
end $$;
comment on function api.customer_order(jsonb, jsonb) is 'An order of the caller.';
