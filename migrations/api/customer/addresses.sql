-- GET me/addresses: the default first, then the newest.
create or replace function api.customer_addresses(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  customer uuid := app.require_customer();
begin
  return jsonb_build_object('addresses', (
    select coalesce(jsonb_agg(app.address_view(a) order by a.is_default desc, a.created_at desc, a.id), '[]')
    from app.customer_address a where a.tenant_id = t.id and a.customer_id = customer and a.deleted_at is null));
end $$;
comment on function api.customer_addresses(jsonb, jsonb) is 'Addresses of the caller.';
