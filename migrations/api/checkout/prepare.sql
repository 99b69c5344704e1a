-- First statement of a checkout: what the idempotency key stands for already, else the cart as it is now.
-- Writes only to take over the lease of a request that was interrupted.
create or replace function api.checkout_prepare(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  lang text := app.pick_lang(input -> 'langs', t.locales, t.locale);
  claim jsonb := app.claim_answer(t.id, input);
  facts jsonb;
begin
  if claim ? 'interrupted' then
    -- An order that was never payable and whose stock is no longer held cannot be gone on with; its key stays taken.
    if exists (
      select from app.sales_order o join app.payment p on p.tenant_id = o.tenant_id and p.order_id = o.id
      where o.tenant_id = t.id and o.id = (claim #>> '{interrupted,order_id}')::uuid and o.status in ('pending', 'cancelled')
        and o.reservation_expires_at <= now() and p.status in ('initiated', 'expired') and p.gateway_ref is null)
    then perform app.refuse(409, 'checkout_expired', '{"field": "cart_id"}'); end if;
    update app.idempotency i set lease_until = clock_timestamp() + make_interval(secs => (input ->> 'lease_s')::int)
    where i.tenant_id = t.id and i.scope = input ->> 'scope' and i.key = input ->> 'key'
      and i.status = 'in_flight' and i.lease_until <= clock_timestamp();
    if found then
      return jsonb_build_object('resume', app.order_facts(t.id, (claim #>> '{interrupted,order_id}')::uuid),
        'shop', app.shop_facts(t), 'gateway', app.gateway_facts(t.id));
    end if;
    -- Another retry was faster: it is running now, or has just finished.
    claim := app.claim_answer(t.id, input);
  end if;
  if claim is not null then return claim; end if;

  facts := app.cart_facts(t, lang, (input ->> 'cart_id')::uuid);
  if facts is null then perform app.refuse(404, 'cart_not_found', '{"field": "cart_id"}'); end if;
  if facts ->> 'status' <> 'open' then
    -- Closed a moment ago by a request with this very key?
    if app.claim_answer(t.id, input) is not null then return app.running_or_replay(t.id, input); end if;
    perform app.refuse(409, 'cart_closed', '{"field": "cart_id"}');
  end if;
  return jsonb_build_object('cart', facts, 'shop', app.shop_facts(t), 'gateway', app.gateway_facts(t.id));
end $$;
comment on function api.checkout_prepare(jsonb, jsonb) is 'State of the idempotency key, or the cart to be priced.';
