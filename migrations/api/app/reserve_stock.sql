-- Reserves units in the order of variant ids, so that two carts never wait for each other in a circle (INV-02), and only of
-- variants that are still for sale at the price they were priced with (CRT-03). One statement a line when all is well.
create or replace function app.reserve_stock(tenant uuid, wanted jsonb) returns void
language plpgsql as $$
declare
  want record;
begin
  for want in
    select (w ->> 'variant_id')::uuid as variant_id, (w ->> 'quantity')::int as units, (w ->> 'unit_price_minor')::bigint as price, w ->> 'sku' as sku
    from jsonb_array_elements(wanted) w order by 1
  loop
    update app.stock s set reserved = s.reserved + want.units
    from app.variant v join app.product p on p.tenant_id = v.tenant_id and p.id = v.product_id
    where s.tenant_id = tenant and s.id = want.variant_id and s.on_hand - s.reserved >= want.units
      and v.tenant_id = tenant and v.id = want.variant_id and v.price_minor = want.price
      and v.is_active and v.deleted_at is null and p.is_active and p.deleted_at is null;
    if not found then perform app.refuse_line(tenant, want.variant_id, want.price, want.sku); end if;
  end loop;
end $$;
comment on function app.reserve_stock(uuid, jsonb) is 'Reserves the units of all lines or refuses: price_changed, insufficient_stock.';
