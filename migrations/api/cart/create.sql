-- POST /carts
create or replace function api.cart_create(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  lang text := app.pick_lang(input -> 'langs', t.locales, t.locale);
  cart uuid := (input ->> 'id')::uuid;
begin
  insert into app.cart (tenant_id, id) values (t.id, cart);
  -- As app.cart_facts has it, but nothing of a new cart needs to be read.
  return jsonb_build_object(
    'lang', lang, 'shop', app.shop_facts(t), 'id', cart, 'status', 'open', 'version', 1, 'order_id', null,
    'items', '[]'::jsonb, 'shipping_methods', app.shipping_facts(t, lang));
end $$;
comment on function api.cart_create(jsonb, jsonb) is 'A new, empty cart with the id that the edge drew.';
