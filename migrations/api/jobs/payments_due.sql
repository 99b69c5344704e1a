-- Payments to ask the gateway about, leased by moving next_check_at, so that two reconciling jobs do not ask the same.
create or replace function api.jobs_payments_due(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  room int := (input ->> 'limit')::int;
  found_rows jsonb := '[]';
  tenant uuid;
  batch jsonb;
begin
  for tenant in select app.live_tenants() loop
    exit when jsonb_array_length(found_rows) >= room;
    perform app.enter(context || jsonb_build_object('tenant_id', tenant));
    with due as (
      select p.id from app.payment p
      where p.tenant_id = tenant and p.status in ('initiated', 'pending', 'failed') and p.next_check_at <= now()
      order by p.next_check_at limit room - jsonb_array_length(found_rows) for update skip locked
    ), leased as (
      update app.payment p set checks = p.checks + 1, next_check_at = now() + app.check_delay(p.checks) from due
      where p.tenant_id = tenant and p.id = due.id
      returning p.*
    )
    select jsonb_agg(jsonb_build_object(
      'tenant_id', tenant, 'payment_id', l.id, 'order_id', l.order_id, 'status', l.status, 'amount_minor', l.amount_minor, 'currency', l.currency,
      'gateway_ref', l.gateway_ref, 'age_s', floor(extract(epoch from now() - l.created_at)),
      'account_id', a.id, 'provider', a.provider, 'mode', a.mode, 'credential_ref', a.credential_ref))
    into batch from leased l join app.gateway_account a on a.tenant_id = l.tenant_id and a.id = l.gateway_account_id;
    found_rows := found_rows || coalesce(batch, '[]');
  end loop;
  return jsonb_build_object('payments', found_rows, 'more', jsonb_array_length(found_rows) >= room);
end $$;
comment on function api.jobs_payments_due(jsonb, jsonb) is 'Leases payments of all tenants that should be reconciled now.';
