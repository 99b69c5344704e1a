-- POST /carts
create or replace function api.cart_create(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  cart uuid := (input ->> 'id')::uuid;
begin
  insert into app.cart (tenant_id, id) values (t.id, cart);
  return app.cart_facts(t, app.pick_lang(input -> 'langs', t.locales, t.locale), cart);
end $$;
comment on function api.cart_create(jsonb, jsonb) is 'A new, empty cart with the id that the edge drew.';
