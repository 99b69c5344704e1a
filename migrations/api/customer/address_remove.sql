-- DELETE me/addresses/{id}: soft (ruling C-21). The newest one left becomes the default when the default goes.
create or replace function api.customer_address_remove(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  customer uuid := app.require_customer();
  others int := app.lock_addresses(t.id, customer);
  gone app.customer_address;
begin
  update app.customer_address x set deleted_at = now()
  where x.tenant_id = t.id and x.customer_id = customer and x.id = (input ->> 'id')::uuid and x.deleted_at is null
  returning x.* into gone;
  if gone.id is null then perform app.refuse(404, 'address_not_found'); end if;
  if gone.is_default then
    update app.customer_address x set is_default = true where x.tenant_id = t.id and x.id = (
      select y.id from app.customer_address y where y.tenant_id = t.id and y.customer_id = customer and y.deleted_at is null
      order by y.created_at desc, y.id desc limit 1);
  end if;
  return '{}';
end $$;
comment on function api.customer_address_remove(jsonb, jsonb) is 'Removes an address of the caller.';
