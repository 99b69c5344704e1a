-- POST /carts
create or replace function api.cart_create(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  cart app.cart;
begin
  insert into app.cart (tenant_id, id) values (t.id, (input ->> 'id')::uuid) returning * into cart;
  -- Nothing of a new cart needs to be read.
  return app.cart_body(t, app.pick_lang(input -> 'langs', t.locales, t.locale), cart, '[]');
end $$;
comment on function api.cart_create(jsonb, jsonb) is 'A new, empty cart with the id that the edge drew.';
