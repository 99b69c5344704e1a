-- PATCH me/addresses/{id}. Another default takes the place of the one before; that an address stops being the default cannot be
-- asked: another one becomes it.
create or replace function api.customer_address_update(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  customer uuid := app.require_customer();
  others int := app.lock_addresses(t.id, customer);
  wanted uuid := (input ->> 'id')::uuid;
  p jsonb := input -> 'patch';
  preferred boolean := coalesce((p -> 'is_default')::boolean, false);
  a app.customer_address;
begin
  if preferred then
    update app.customer_address x set is_default = false
    where x.tenant_id = t.id and x.customer_id = customer and x.is_default and x.id <> wanted and x.deleted_at is null;
  end if;
  update app.customer_address x set
    label = case when p ? 'label' then p ->> 'label' else x.label end,
    name = coalesce(p ->> 'name', x.name),
    phone = coalesce(p ->> 'phone', x.phone),
    address = coalesce(nullif(p -> 'address', 'null'), x.address),
    is_default = x.is_default or preferred
  where x.tenant_id = t.id and x.customer_id = customer and x.id = wanted and x.deleted_at is null
  returning x.* into a;
  if a.id is null then perform app.refuse(404, 'address_not_found'); end if;
  return app.address_view(a);
end $$;
comment on function api.customer_address_update(jsonb, jsonb) is 'Changes an address of the caller.';
