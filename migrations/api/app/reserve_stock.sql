-- Reserves units in the order of variant ids, so that two carts never wait for each other in a circle (INV-02).
create or replace function app.reserve_stock(tenant uuid, wanted jsonb) returns void
language plpgsql as $$
declare
  want record;
begin
  for want in
    select (w ->> 'variant_id')::uuid as variant_id, (w ->> 'quantity')::int as units, w ->> 'sku' as sku
    from jsonb_array_elements(wanted) w order by 1
  loop
    update app.stock set reserved = reserved + want.units
    where tenant_id = tenant and id = want.variant_id and on_hand - reserved >= want.units;
    if not found then
      perform app.refuse(409, 'insufficient_stock', jsonb_build_object(
        'field', 'cart_id', 'sku', want.sku, 'variant_id', app.public_id('var', want.variant_id),
        'available', coalesce((select on_hand - reserved from app.stock where tenant_id = tenant and id = want.variant_id), 0)));
    end if;
  end loop;
end $$;
comment on function app.reserve_stock(uuid, jsonb) is 'Reserves the units of all lines or refuses with insufficient_stock.';
