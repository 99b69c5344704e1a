-- Whether a query is the SKU of one of a product's variants, as people paste it.
create or replace function app.sku_matches(tenant uuid, product uuid, query text) returns boolean
language plpgsql stable
as $$
begin
  return (
    select exists (
      select from app.variant v
      where v.tenant_id = tenant and v.product_id = product and v.deleted_at is null and v.sku = upper(btrim(query))));
end $$;
comment on function app.sku_matches(uuid, uuid, text) is 'Whether the query is a SKU of the product.';
