-- POST me/addresses. The first one is the default, whatever was asked.
create or replace function api.customer_address_add(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  customer uuid := app.require_customer();
  others int := app.lock_addresses(t.id, customer);
  preferred boolean := others = 0 or (input -> 'is_default')::boolean;
  a app.customer_address;
begin
  if others >= (input ->> 'max')::int then
    perform app.refuse(409, 'address_limit', jsonb_build_object('max', (input ->> 'max')::int));
  end if;
  if preferred then
    update app.customer_address x set is_default = false
    where x.tenant_id = t.id and x.customer_id = customer and x.is_default and x.deleted_at is null;
  end if;
  insert into app.customer_address (tenant_id, id, customer_id, label, name, phone, address, is_default)
  values (t.id, (input ->> 'id')::uuid, customer, input ->> 'label', input ->> 'name', input ->> 'phone', input -> 'address', preferred)
  returning * into a;
  return app.address_view(a);
end $$;
comment on function api.customer_address_add(jsonb, jsonb) is 'Adds an address of the caller; refuses address_limit.';
