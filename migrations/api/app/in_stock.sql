-- Whether a product can be bought now: some live variant has units that nobody has reserved (ruling C-24: derived, not stored).
create or replace function app.in_stock(tenant uuid, product uuid) returns boolean
language plpgsql stable
as $$
begin
  return (
    select exists (
      select from app.variant v join app.stock s on s.tenant_id = v.tenant_id and s.id = v.id
      where v.tenant_id = tenant and v.product_id = product and v.is_active and v.deleted_at is null and s.on_hand > s.reserved));
end $$;
comment on function app.in_stock(uuid, uuid) is 'Whether some variant of a product has free units.';
