-- What the bench keeps beside the application, in its own throwaway database: carts made ready in advance, and what the
-- stock was at the beginning.
create schema bench;
grant usage on schema bench to app_user;

create view bench.variant as
  select t.id as tenant_id, t.slug, t.currency, t.tax_rate_bp, t.tax_included, p.id as product_id, v.id as variant_id, v.sku,
    p.name, v.options, v.price_minor, a.id as account_id, row_number() over (order by v.position, p.slug, v.id) - 1 as place
  from app.variant v
  join app.product p on p.tenant_id = v.tenant_id and p.id = v.product_id
  join app.tenant t on t.id = v.tenant_id
  join app.gateway_account a on a.tenant_id = t.id
  where v.is_active and v.deleted_at is null and p.is_active and p.deleted_at is null;

create table bench.stock_start as
  select v.tenant_id, v.variant_id, 1000000 as on_hand, v.place = 0 as is_hot from bench.variant v;

create table bench.call (n bigint primary key, slug text not null, cart_id uuid not null, context text not null, input text not null);
grant select on bench.call to app_user;

-- Carts with one unit of one variant each, spread evenly over the variants, and the call that places each.
create function bench.prepare_carts(first bigint, count int) returns void language plpgsql as $$
begin
  insert into bench.call
  select n, v.slug, c.cart_id,
    jsonb_build_object('request_id', 'bench-' || n, 'ip', '127.0.0.1', 'actor', 'guest', 'tenant_id', v.tenant_id)::text,
    jsonb_build_object(
      'scope', 'checkout', 'key', gen_random_uuid(), 'fingerprint', repeat('0', 64), 'lease_s', 15, 'reservation_s', 600,
      'cart_id', c.cart_id, 'cart_version', 1,
      'order', jsonb_build_object('id', c.order_id, 'email', 'guest@example.com', 'phone', '+966512345678', 'name', 'Guest',
        'number_candidates', (select jsonb_agg(upper(substr(md5(gen_random_uuid()::text || i || n), 1, 12))) from generate_series(1, 4) i),
        'shipping_address', jsonb_build_object('country', 'SA', 'city', 'Riyadh', 'district', 'Olaya', 'street', 'King Fahd Road',
          'building', '7', 'postal_code', '12211'),
        'shipping_method', 'standard', 'currency', v.currency, 'tax_rate_bp', v.tax_rate_bp, 'tax_included', v.tax_included,
        'subtotal_minor', v.price_minor, 'shipping_minor', 0, 'tax_minor', 0, 'total_minor', v.price_minor, 'locale', 'ar'),
      'lines', jsonb_build_array(jsonb_build_object('id', c.line_id, 'position', 1, 'product_id', v.product_id, 'variant_id', v.variant_id,
        'sku', v.sku, 'name', v.name, 'options', v.options, 'unit_price_minor', v.price_minor, 'quantity', 1,
        'total_minor', v.price_minor, 'tax_minor', 0)),
      'payment', jsonb_build_object('id', c.payment_id, 'gateway_account_id', v.account_id, 'method', 'card',
        'amount_minor', v.price_minor, 'currency', v.currency),
      'event', jsonb_build_object('id', c.event_id))::text
  from (
    select n, 1 + n % (select max(place) from bench.variant) as place, gen_random_uuid() as cart_id, app.uuid_v7() as order_id,
      app.uuid_v7() as line_id, app.uuid_v7() as payment_id, app.uuid_v7() as event_id
    from generate_series(first, first + count - 1) n) c
  join bench.variant v on v.place = c.place;

  insert into app.cart (tenant_id, id)
  select (context::jsonb ->> 'tenant_id')::uuid, cart_id from bench.call where n between first and first + count - 1;
  insert into app.cart_item (tenant_id, id, cart_id, variant_id, quantity)
  select (context::jsonb ->> 'tenant_id')::uuid, app.uuid_v7(), cart_id, (input::jsonb #>> '{lines,0,variant_id}')::uuid, 1
  from bench.call where n between first and first + count - 1;
end $$;

-- Without the triggers of the catalogue and the audit: this is the world before the bench, not part of it.
set session_replication_role = replica;
update app.stock s set on_hand = b.on_hand, reserved = 0 from bench.stock_start b where s.tenant_id = b.tenant_id and s.id = b.variant_id;
reset session_replication_role;
