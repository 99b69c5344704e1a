-- The gateway could not be reached: the order stays, and a retry with the same key may go on at once.
create or replace function api.checkout_yield(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  update app.idempotency i set lease_until = clock_timestamp()
  where i.tenant_id = t.id and i.scope = input ->> 'scope' and i.key = input ->> 'key' and i.status = 'in_flight';
  return jsonb_build_object('yielded', found);
end $$;
comment on function api.checkout_yield(jsonb, jsonb) is 'Ends the lease of an unfinished checkout.';
