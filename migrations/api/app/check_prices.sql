-- Every line must still be for sale at the price it was priced with (CRT-03).
create or replace function app.check_prices(tenant uuid, lines jsonb) returns void
language plpgsql stable as $$
declare
  outdated text;
begin
  select l ->> 'sku' into outdated from jsonb_array_elements(lines) l
  where not exists (
    select from app.variant v join app.product p on p.tenant_id = v.tenant_id and p.id = v.product_id
    where v.tenant_id = tenant and v.id = (l ->> 'variant_id')::uuid and v.price_minor = (l ->> 'unit_price_minor')::bigint
      and v.is_active and v.deleted_at is null and p.is_active and p.deleted_at is null)
  limit 1;
  if outdated is not null then perform app.refuse(409, 'price_changed', jsonb_build_object('field', 'cart_id', 'sku', outdated)); end if;
end $$;
comment on function app.check_prices(uuid, jsonb) is 'Refuses with price_changed when a line is outdated.';
