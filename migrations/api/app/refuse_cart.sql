-- Says why an open cart could not be changed.
create or replace function app.refuse_cart(tenant uuid, wanted uuid) returns void
language plpgsql as $$
declare
  state text;
begin
  select status into state from app.cart where tenant_id = tenant and id = wanted;
  if state is null then perform app.refuse(404, 'cart_not_found'); end if;
  perform app.refuse(409, 'cart_closed');
end $$;
comment on function app.refuse_cart(uuid, uuid) is 'Refuses with cart_not_found or cart_closed.';
