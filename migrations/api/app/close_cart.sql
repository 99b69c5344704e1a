-- Closes the cart that was priced, if nobody changed it since.
create or replace function app.close_cart(tenant uuid, wanted uuid, priced_version bigint, order_id uuid) returns void
language plpgsql as $$
begin
  update app.cart set status = 'closed', order_id = close_cart.order_id
  where tenant_id = tenant and id = wanted and status = 'open' and version = priced_version;
  if found then return; end if;
  perform app.touch_open_cart(tenant, wanted);
  perform app.refuse(409, 'cart_changed', '{"field": "cart_id"}');
end $$;
comment on function app.close_cart(uuid, uuid, bigint, uuid) is 'Closes a cart at a known version or refuses: cart_not_found, cart_closed, cart_changed.';
