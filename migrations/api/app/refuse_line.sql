-- Says why a line of a checkout could not be reserved.
create or replace function app.refuse_line(tenant uuid, wanted uuid, price bigint, line_sku text) returns void
language plpgsql stable as $$
declare
  free int;
begin
  select s.on_hand - s.reserved into free
  from app.variant v join app.product p on p.tenant_id = v.tenant_id and p.id = v.product_id
  left join app.stock s on s.tenant_id = v.tenant_id and s.id = v.id
  where v.tenant_id = tenant and v.id = wanted and v.price_minor = price
    and v.is_active and v.deleted_at is null and p.is_active and p.deleted_at is null;
  if not found then perform app.refuse(409, 'price_changed', jsonb_build_object('field', 'cart_id', 'sku', line_sku)); end if;
  perform app.refuse(409, 'insufficient_stock', jsonb_build_object(
    'field', 'cart_id', 'sku', line_sku, 'variant_id', app.public_id('var', wanted), 'available', coalesce(free, 0)));
end $$;
comment on function app.refuse_line(uuid, uuid, bigint, text) is 'Refuses with price_changed or insufficient_stock.';
