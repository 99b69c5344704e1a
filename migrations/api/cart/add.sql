-- POST /carts/{id}/items: adds units of a variant; the same variant again adds to its line.
create or replace function api.cart_add(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  cart uuid := (input ->> 'cart_id')::uuid;
  wanted uuid := (input ->> 'variant_id')::uuid;
  units int := (input ->> 'quantity')::int;
  most_units int := (input ->> 'max_quantity')::int;
  facts jsonb;
begin
  perform app.touch_open_cart(t.id, cart);
  insert into app.cart_item as i (tenant_id, id, cart_id, variant_id, quantity)
  select t.id, (input ->> 'item_id')::uuid, cart, v.id, units
  from app.variant v join app.product p on p.tenant_id = v.tenant_id and p.id = v.product_id
  where v.tenant_id = t.id and v.id = wanted and v.is_active and v.deleted_at is null and p.is_active and p.deleted_at is null
  on conflict on constraint cart_item_cart_id_variant_id_key do update set quantity = i.quantity + excluded.quantity
    where i.quantity + excluded.quantity <= most_units;
  if not found then
    if exists (select from app.cart_item i where i.tenant_id = t.id and i.cart_id = cart and i.variant_id = wanted
        and i.quantity + units > most_units) then
      perform app.refuse(422, 'quantity_too_large', jsonb_build_object('field', 'quantity', 'max', most_units));
    end if;
    perform app.refuse(422, 'variant_not_found', '{"field": "variant_id"}');
  end if;
  facts := app.cart_facts(t, app.pick_lang(input -> 'langs', t.locales, t.locale), cart);
  if jsonb_array_length(facts -> 'items') > (input ->> 'max_items')::int then
    perform app.refuse(409, 'cart_full', jsonb_build_object('max', (input ->> 'max_items')::int));
  end if;
  return facts;
end $$;
comment on function api.cart_add(jsonb, jsonb) is 'Adds units of a variant to an open cart.';
