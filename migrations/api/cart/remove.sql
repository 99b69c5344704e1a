-- DELETE /carts/{id}/items/{item_id}
create or replace function api.cart_remove(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  cart uuid := (input ->> 'cart_id')::uuid;
begin
  perform app.touch_open_cart(t.id, cart);
  delete from app.cart_item where tenant_id = t.id and cart_id = cart and id = (input ->> 'item_id')::uuid;
  if not found then perform app.refuse(404, 'cart_item_not_found'); end if;
  return app.cart_facts(t, app.pick_lang(input -> 'langs', t.locales, t.locale), cart);
end $$;
comment on function api.cart_remove(jsonb, jsonb) is 'Removes an item from an open cart.';
