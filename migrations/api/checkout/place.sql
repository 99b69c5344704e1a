-- Second statement of a checkout: everything that is true together when an order is placed. Rust priced the cart; this
-- commits only if cart and prices are still those, and reserves the stock last, to hold the busiest rows the shortest.
create or replace function api.checkout_place(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  o jsonb := input -> 'order';
  p jsonb := input -> 'payment';
  new_order uuid := (o ->> 'id')::uuid;
  cart uuid := (input ->> 'cart_id')::uuid;
  expires timestamptz := now() + make_interval(secs => (input ->> 'reservation_s')::int);
  number text;
  lines jsonb := input -> 'lines';
  wanted uuid;
begin
  insert into app.idempotency (tenant_id, scope, key, fingerprint, status, lease_until, order_id, payment_id)
  values (t.id, input ->> 'scope', input ->> 'key', input ->> 'fingerprint', 'in_flight',
    clock_timestamp() + make_interval(secs => (input ->> 'lease_s')::int), new_order, (p ->> 'id')::uuid)
  on conflict (tenant_id, scope, key) do nothing;
  if not found then return app.running_or_replay(t.id, input); end if;

  -- The cart that was priced, if nobody changed it since.
  update app.cart c set status = 'closed', order_id = new_order
  where c.tenant_id = t.id and c.id = cart and c.status = 'open' and c.version = (input ->> 'cart_version')::bigint;
  if not found then
    if exists (select from app.cart c where c.tenant_id = t.id and c.id = cart and c.status = 'open') then
      perform app.refuse(409, 'cart_changed', '{"field": "cart_id"}');
    end if;
    perform app.refuse_cart(t.id, cart);
  end if;

  -- The edge offers several numbers; the first is taken but once in many millions. What hangs on the order is written by the
  -- same statement, from the row that took the number: nothing of it when the number was taken.
  for n in 0 .. jsonb_array_length(o -> 'number_candidates') - 1 loop
    with placed as (
      insert into app.sales_order (tenant_id, id, number, reservation_expires_at, cart_id, email, phone, customer_name, shipping_address,
        shipping_method, currency, locale, tax_rate_bp, tax_included, subtotal_minor, shipping_minor, tax_minor, total_minor)
      values (t.id, new_order, o -> 'number_candidates' ->> n, expires, cart, o ->> 'email', o ->> 'phone', o ->> 'name',
        o -> 'shipping_address', o ->> 'shipping_method', o ->> 'currency', o ->> 'locale', (o ->> 'tax_rate_bp')::int,
        (o ->> 'tax_included')::boolean, (o ->> 'subtotal_minor')::bigint, (o ->> 'shipping_minor')::bigint,
        (o ->> 'tax_minor')::bigint, (o ->> 'total_minor')::bigint)
      on conflict on constraint sales_order_number_key do nothing
      returning sales_order.number, sales_order.total_minor, sales_order.currency
    ), lined as (
      insert into app.order_line (tenant_id, id, order_id, position, product_id, variant_id, sku, name, options, unit_price_minor, quantity,
        total_minor, tax_minor)
      select t.id, (l ->> 'id')::uuid, new_order, (l ->> 'position')::int, (l ->> 'product_id')::uuid, (l ->> 'variant_id')::uuid, l ->> 'sku',
        l -> 'name', l -> 'options', (l ->> 'unit_price_minor')::bigint, (l ->> 'quantity')::int, (l ->> 'total_minor')::bigint,
        (l ->> 'tax_minor')::bigint
      from placed, jsonb_array_elements(lines) l
    ), intended as (
      insert into app.payment (tenant_id, id, order_id, gateway_account_id, method, amount_minor, currency)
      select t.id, (p ->> 'id')::uuid, new_order, (p ->> 'gateway_account_id')::uuid, p ->> 'method', (p ->> 'amount_minor')::bigint,
        p ->> 'currency'
      from placed
    ), told as (
      insert into app.outbox (tenant_id, id, kind, aggregate, aggregate_id, payload, request_id)
      select t.id, (input #>> '{event,id}')::uuid, 'order.created', 'order', new_order, jsonb_build_object(
        'order_id', app.public_id('ord', new_order), 'number', placed.number, 'total', app.money(placed.total_minor, placed.currency),
        'lines', (select jsonb_agg(jsonb_build_object(
            'variant_id', app.public_id('var', (l ->> 'variant_id')::uuid), 'sku', l ->> 'sku', 'quantity', l -> 'quantity'))
          from jsonb_array_elements(lines) l)), app.request_id()
      from placed
    )
    select placed.number into number from placed;
    exit when number is not null;
  end loop;
  if number is null then perform app.refuse(503, 'order_number_unavailable'); end if;

  -- In the order of variant ids, so that two carts never wait for each other in a circle (INV-02), and only of variants that
  -- are still for sale at the price they were priced with (CRT-03).
  if jsonb_array_length(lines) > 1 then
    lines := (select jsonb_agg(l order by (l ->> 'variant_id')::uuid) from jsonb_array_elements(lines) l);
  end if;
  for n in 0 .. jsonb_array_length(lines) - 1 loop
    wanted := (lines -> n ->> 'variant_id')::uuid;
    update app.stock s set reserved = s.reserved + (lines -> n ->> 'quantity')::int
    from app.variant v join app.product p on p.tenant_id = v.tenant_id and p.id = v.product_id
    where s.tenant_id = t.id and s.id = wanted and s.on_hand - s.reserved >= (lines -> n ->> 'quantity')::int
      and v.tenant_id = t.id and v.id = wanted and v.price_minor = (lines -> n ->> 'unit_price_minor')::bigint
      and v.is_active and v.deleted_at is null and p.is_active and p.deleted_at is null;
    if not found then
      perform app.refuse_line(t.id, wanted, (lines -> n ->> 'unit_price_minor')::bigint, lines -> n ->> 'sku');
    end if;
  end loop;
  return jsonb_build_object('placed', jsonb_build_object('number', number, 'placed_at', app.iso(now()), 'reservation_expires_at', app.iso(expires)));
end $$;
comment on function api.checkout_place(jsonb, jsonb) is 'Places an order: idempotency key, cart, order, lines, payment intent, event and stock in one statement.';
