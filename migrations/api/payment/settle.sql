-- Second statement of a webhook, and the statement of the reconciling job: records the event once and applies what the
-- gateway itself said (the truth, fetched by us) to payment, order and stock. The table of outcomes is in
-- commerce-domain (settlement); a test holds both against each other.
create or replace function api.payment_settle(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  account uuid := (input ->> 'account_id')::uuid;
  truth jsonb := nullif(input -> 'truth', 'null');
  paid uuid;
  ordered uuid;
  pay app.payment;
  ord app.sales_order;
  outcome text;
begin
  -- A body that was settled before has its outcome; one that could not be verified then is taken up again.
  select e.outcome into outcome from app.gateway_event e
  where e.tenant_id = t.id and e.gateway_account_id = account and e.digest = decode(input #>> '{event,digest}', 'hex');
  if outcome <> 'unverified' then
    return jsonb_build_object('outcome', 'duplicate', 'first_outcome', outcome);
  end if;

  -- Order before payment: the order of locks that every writer keeps. Two statements and no CASE, which no index serves when the
  -- plan is kept.
  if input ? 'payment_id' then
    select p.id, p.order_id into paid, ordered from app.payment p
    where p.tenant_id = t.id and p.id = (input ->> 'payment_id')::uuid and p.gateway_account_id = account;
  else
    select p.id, p.order_id into paid, ordered from app.payment p
    where p.tenant_id = t.id and p.gateway_account_id = account and p.gateway_ref = input ->> 'gateway_ref';
  end if;
  if paid is not null then
    select o.* into ord from app.sales_order o where o.tenant_id = t.id and o.id = ordered for update;
    select p.* into pay from app.payment p where p.tenant_id = t.id and p.id = paid for update;
  end if;

  outcome := case
    when not input ? 'payment_id' and input ->> 'gateway_ref' is null then 'ignored'
    when pay.id is null then 'unknown_payment'
    when truth is null then 'unverified'
    when truth ->> 'gateway_ref' is distinct from coalesce(pay.gateway_ref, truth ->> 'gateway_ref')
      or (truth ->> 'amount_minor')::bigint is distinct from pay.amount_minor or truth ->> 'currency' is distinct from pay.currency
      or not app.mode_agrees(t.id, account, (truth ->> 'live')::boolean, (input #>> '{event,live}')::boolean) then 'mismatch'
    else app.apply_truth(t.id, ord, pay, truth) end;

  if input #> '{event,digest}' is not null then
    insert into app.gateway_event (tenant_id, id, gateway_account_id, digest, body, event_type, event_ref, outcome, payment_id)
    values (t.id, app.uuid_v7(), account, decode(input #>> '{event,digest}', 'hex'), decode(input #>> '{event,body}', 'base64'),
      input #>> '{event,type}', input #>> '{event,ref}', outcome, pay.id)
    on conflict on constraint gateway_event_digest_key do update
      set outcome = excluded.outcome, payment_id = excluded.payment_id where gateway_event.outcome = 'unverified';
  end if;
  -- Told once for an order, however often the reconciling job sees it again.
  if outcome = 'mismatch' and not exists (
    select from app.outbox e where e.tenant_id = t.id and e.aggregate_id = pay.order_id and e.kind = 'payment.mismatch')
  then
    perform app.emit('payment.mismatch', 'order', pay.order_id, jsonb_build_object('payment_id', app.public_id('pay', pay.id)));
  end if;
  if pay.id is not null and outcome in ('unverified', 'mismatch', 'ignored') then
    update app.payment p set next_check_at = now() + app.check_delay(p.checks) where p.tenant_id = t.id and p.id = pay.id;
  end if;
  return jsonb_build_object('outcome', outcome, 'order_id', pay.order_id, 'payment_id', pay.id);
end $$;
comment on function api.payment_settle(jsonb, jsonb) is 'Settles a payment by the gateway''s own word; every event has a named outcome.';
