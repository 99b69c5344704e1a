-- The one shape of a cart as data, for a cart that was read and for one that was just made.
create or replace function app.cart_body(t app.tenant, lang text, c app.cart, items jsonb) returns jsonb
language plpgsql stable
as $$
begin
  return jsonb_build_object(
    'lang', lang, 'shop', app.shop_facts(t), 'id', c.id, 'status', c.status, 'version', c.version, 'order_id', c.order_id,
    'items', items, 'shipping_methods', app.shipping_facts(t, lang));
end $$;
comment on function app.cart_body(app.tenant, text, app.cart, jsonb) is 'A cart with its shop and the shop''s shipping methods.';
