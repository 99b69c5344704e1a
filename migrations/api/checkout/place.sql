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
  expires timestamptz := now() + make_interval(secs => (input ->> 'reservation_s')::int);
  number text;
begin
  insert into app.idempotency (tenant_id, scope, key, fingerprint, status, lease_until, order_id, payment_id)
  values (t.id, input ->> 'scope', input ->> 'key', input ->> 'fingerprint', 'in_flight',
    clock_timestamp() + make_interval(secs => (input ->> 'lease_s')::int), new_order, (p ->> 'id')::uuid)
  on conflict (tenant_id, scope, key) do nothing;
  if not found then return app.running_or_replay(t.id, input); end if;

  perform app.close_cart(t.id, (input ->> 'cart_id')::uuid, (input ->> 'cart_version')::bigint, new_order);

  -- The edge offers several numbers; the first is taken but once in many millions.
  for n in 0 .. jsonb_array_length(o -> 'number_candidates') - 1 loop
    insert into app.sales_order (tenant_id, id, number, reservation_expires_at, cart_id, email, phone, customer_name, shipping_address,
      shipping_method, currency, locale, tax_rate_bp, tax_included, subtotal_minor, shipping_minor, tax_minor, total_minor)
    values (t.id, new_order, o -> 'number_candidates' ->> n, expires, (input ->> 'cart_id')::uuid, o ->> 'email', o ->> 'phone', o ->> 'name',
      o -> 'shipping_address', o ->> 'shipping_method', o ->> 'currency', o ->> 'locale', (o ->> 'tax_rate_bp')::int,
      (o ->> 'tax_included')::boolean, (o ->> 'subtotal_minor')::bigint, (o ->> 'shipping_minor')::bigint,
      (o ->> 'tax_minor')::bigint, (o ->> 'total_minor')::bigint)
    on conflict on constraint sales_order_number_key do nothing
    returning sales_order.number into number;
    exit when number is not null;
  end loop;
  if number is null then perform app.refuse(503, 'order_number_unavailable'); end if;

  insert into app.order_line (tenant_id, id, order_id, position, product_id, variant_id, sku, name, options, unit_price_minor, quantity, total_minor, tax_minor)
  select t.id, l.id, new_order, l.position, l.product_id, l.variant_id, l.sku, l.name, l.options, l.unit_price_minor, l.quantity, l.total_minor, l.tax_minor
  from jsonb_to_recordset(input -> 'lines') l (id uuid, position int, product_id uuid, variant_id uuid, sku text, name jsonb, options jsonb,
    unit_price_minor bigint, quantity int, total_minor bigint, tax_minor bigint);
  insert into app.payment (tenant_id, id, order_id, gateway_account_id, method, amount_minor, currency)
  values (t.id, (p ->> 'id')::uuid, new_order, (p ->> 'gateway_account_id')::uuid, p ->> 'method', (p ->> 'amount_minor')::bigint, p ->> 'currency');
  perform app.emit('order.created', 'order', new_order, jsonb_build_object(
    'order_id', app.public_id('ord', new_order), 'number', number, 'total', app.money((o ->> 'total_minor')::bigint, o ->> 'currency'),
    'lines', (select jsonb_agg(jsonb_build_object('variant_id', app.public_id('var', (l ->> 'variant_id')::uuid), 'sku', l ->> 'sku', 'quantity', l -> 'quantity'))
      from jsonb_array_elements(input -> 'lines') l)),
    (input #>> '{event,id}')::uuid);
  perform app.reserve_stock(t.id, input -> 'lines');
  -- Of a shop that its plan limits: its orders wait for each other here, as short a time as can be.
  perform app.keep_limit(t, 'orders_monthly', 403);
  return jsonb_build_object('placed', jsonb_build_object('number', number, 'placed_at', app.iso(now()), 'reservation_expires_at', app.iso(expires)));
end $$;
comment on function api.checkout_place(jsonb, jsonb) is 'Places an order: idempotency key, cart, order, lines, payment intent, event and stock in one statement.';
