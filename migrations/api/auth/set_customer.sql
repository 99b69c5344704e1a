-- Suspends a customer, or lets one in again.
create or replace function api.auth_set_customer(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.require_account('customer', (input ->> 'account_id')::uuid);
begin
  update identity.account x set status = input ->> 'status'
  where x.realm_id = a.realm_id and x.id = a.id and x.status <> input ->> 'status';
  return jsonb_build_object('account_id', a.id, 'status', input ->> 'status',
    'ended', case when input ->> 'status' = 'suspended' then app.end_sessions(a.id, 'suspended') else '[]' end);
end $$;
comment on function api.auth_set_customer(jsonb, jsonb) is 'Suspends a customer or lifts it.';
