-- GET /orders/{id}: the order, its payment, and its timeline from the events that were written with each change.
create or replace function api.order_read(context jsonb, input jsonb) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  lang text := app.pick_lang(input -> 'langs', t.locales, t.locale);
  facts jsonb := app.order_facts(t.id, (input ->> 'id')::uuid);
begin
  if facts is null then perform app.refuse(404, 'order_not_found'); end if;
  return jsonb_build_object('lang', lang, 'shop', app.shop_facts(t), 'order', facts, 'timeline', coalesce((
    select jsonb_agg(jsonb_build_object('kind', e.kind, 'at', app.iso(e.occurred_at)) order by e.occurred_at, e.id)
    from app.outbox e where e.tenant_id = t.id and e.aggregate_id = (input ->> 'id')::uuid), '[]'));
end $$;
comment on function api.order_read(jsonb, jsonb) is 'An order for the guest who holds its token (checked by the edge).';
