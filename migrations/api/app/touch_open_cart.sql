-- Locks an open cart and moves its version, so that changes of one cart happen one after another and checkout notices them.
create or replace function app.touch_open_cart(tenant uuid, wanted uuid) returns void
language plpgsql as $$
declare
  state text;
begin
  update app.cart set updated_at = now() where tenant_id = tenant and id = wanted and status = 'open';
  if found then return; end if;
  select status into state from app.cart where tenant_id = tenant and id = wanted;
  if state is null then perform app.refuse(404, 'cart_not_found'); end if;
  perform app.refuse(409, 'cart_closed');
end $$;
comment on function app.touch_open_cart(uuid, uuid) is 'Locks an open cart or refuses: cart_not_found, cart_closed.';
