-- Carts, orders, payments, and the records that make each effect happen once: idempotency, gateway events, outbox.
set local role superadmin;

create table app.cart (
  tenant_id uuid not null constraint cart_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  status text not null default 'open' constraint cart_status_check check (status in ('open', 'closed')),
  order_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint cart_pkey primary key (tenant_id, id),
  constraint cart_order_id_check check ((status = 'closed') = (order_id is not null))
) with (fillfactor = 70);
comment on table app.cart is 'A guest''s cart. Its id is 128 random bits: who holds it holds the cart (design §8).';
comment on column app.cart.version is 'grows with every change of the cart or its items; checkout compares it';
create index cart_updated_at_idx on app.cart (tenant_id, updated_at);

create table app.cart_item (
  tenant_id uuid not null,
  id uuid not null,
  cart_id uuid not null,
  variant_id uuid not null,
  quantity int not null constraint cart_item_quantity_check check (quantity between 1 and 1000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint cart_item_pkey primary key (tenant_id, id),
  constraint cart_item_cart_id_variant_id_key unique (tenant_id, cart_id, variant_id),
  constraint cart_item_cart_id_fkey foreign key (tenant_id, cart_id) references app.cart (tenant_id, id) on delete cascade,
  constraint cart_item_variant_id_fkey foreign key (tenant_id, variant_id) references app.variant (tenant_id, id)
);
comment on table app.cart_item is 'A variant in a cart, once; it carries no price: prices are today''s at every read.';

create table app.sales_order (
  tenant_id uuid not null constraint sales_order_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  number text not null constraint sales_order_number_check check (length(number) between 4 and 32),
  status text not null default 'pending' constraint sales_order_status_check
    check (status in ('pending', 'paid', 'processing', 'shipped', 'delivered', 'completed', 'cancelled', 'refund_review')),
  reservation text not null default 'held' constraint sales_order_reservation_check check (reservation in ('held', 'committed', 'released')),
  reservation_expires_at timestamptz not null,
  cart_id uuid not null,
  email text not null,
  phone text not null,
  customer_name text not null,
  shipping_address jsonb not null,
  shipping_method text not null,
  currency text not null,
  locale text not null,
  tax_rate_bp int not null,
  tax_included boolean not null,
  subtotal_minor bigint not null constraint sales_order_subtotal_minor_check check (subtotal_minor >= 0),
  shipping_minor bigint not null constraint sales_order_shipping_minor_check check (shipping_minor >= 0),
  tax_minor bigint not null constraint sales_order_tax_minor_check check (tax_minor >= 0),
  total_minor bigint not null,
  placed_at timestamptz not null default now(),
  paid_at timestamptz,
  cancelled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint sales_order_pkey primary key (tenant_id, id),
  constraint sales_order_number_key unique (tenant_id, number),
  constraint sales_order_cart_id_key unique (tenant_id, cart_id),
  constraint sales_order_total_minor_check check (
    total_minor = subtotal_minor + shipping_minor + case when tax_included then 0 else tax_minor end)
) with (fillfactor = 80);
comment on table app.sales_order is 'An order as it was placed: texts, prices and tax are its own copy (CRT-06).';
comment on column app.sales_order.reservation is 'held until reservation_expires_at; committed when the units left the stock; released when they are for sale again';
comment on column app.sales_order.status is 'refund_review: paid, but the goods can no longer be promised; the merchant decides on a refund';
comment on column app.sales_order.tax_rate_bp is 'value added tax in basis points, as it was when the order was placed';
comment on column app.sales_order.tax_included is 'whether the prices of the lines include the tax';
create index sales_order_reservation_idx on app.sales_order (tenant_id, reservation_expires_at) where reservation = 'held' and status = 'pending';
create index sales_order_placed_at_idx on app.sales_order (tenant_id, placed_at desc);

create table app.order_line (
  tenant_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  position int not null,
  -- No foreign keys to the catalogue: a line outlives the product it copies.
  product_id uuid not null,
  variant_id uuid not null,
  sku text not null,
  name jsonb not null,
  options jsonb not null,
  unit_price_minor bigint not null constraint order_line_unit_price_minor_check check (unit_price_minor > 0),
  quantity int not null constraint order_line_quantity_check check (quantity between 1 and 1000),
  total_minor bigint not null,
  tax_minor bigint not null constraint order_line_tax_minor_check check (tax_minor >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint order_line_pkey primary key (tenant_id, id),
  constraint order_line_order_id_position_key unique (tenant_id, order_id, position),
  constraint order_line_order_id_variant_id_key unique (tenant_id, order_id, variant_id),
  constraint order_line_order_id_fkey foreign key (tenant_id, order_id) references app.sales_order (tenant_id, id),
  constraint order_line_total_minor_check check (total_minor = unit_price_minor * quantity)
);
comment on table app.order_line is 'One variant of an order with the price and tax it was sold at.';

create table app.gateway_account (
  tenant_id uuid not null constraint gateway_account_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  provider text not null constraint gateway_account_provider_check check (provider in ('moyasar')),
  mode text not null constraint gateway_account_mode_check check (mode in ('test', 'live')),
  credential_ref text not null,
  endpoint_id uuid not null,
  webhook_secret_sha256 bytea constraint gateway_account_webhook_secret_check check (length(webhook_secret_sha256) = 32),
  webhook_secret_previous_sha256 bytea constraint gateway_account_webhook_secret_previous_check check (length(webhook_secret_previous_sha256) = 32),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint gateway_account_pkey primary key (tenant_id, id),
  constraint gateway_account_provider_key unique (tenant_id, provider)
);
comment on table app.gateway_account is 'A shop''s account at a payment gateway. API keys are not here: credential_ref names one in the deployment''s secrets.';
comment on column app.gateway_account.endpoint_id is '128 random bits in the URL the gateway calls; leads to the tenant';
comment on column app.gateway_account.webhook_secret_previous_sha256 is 'still accepted while a secret is being rotated';
comment on column app.gateway_account.webhook_secret_sha256 is 'hash of the secret that the gateway puts into its webhooks; without one none is accepted';
comment on column app.gateway_account.credential_ref is 'name of the API key in the deployment''s secrets';
-- Global on purpose: the endpoint must lead to one tenant before any tenant is known.
create unique index gateway_account_endpoint_id_key on app.gateway_account (endpoint_id);

create table app.payment (
  tenant_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  gateway_account_id uuid not null,
  method text not null constraint payment_method_check check (method in ('card')),
  status text not null default 'initiated' constraint payment_status_check check (status in ('initiated', 'pending', 'failed', 'paid', 'expired')),
  amount_minor bigint not null constraint payment_amount_minor_check check (amount_minor > 0),
  currency text not null,
  gateway_ref text,
  gateway_payment_ref text,
  redirect_url text,
  failure text,
  next_check_at timestamptz not null default now() + interval '30 seconds',
  checks int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint payment_pkey primary key (tenant_id, id),
  constraint payment_order_id_fkey foreign key (tenant_id, order_id) references app.sales_order (tenant_id, id),
  constraint payment_gateway_account_id_fkey foreign key (tenant_id, gateway_account_id) references app.gateway_account (tenant_id, id),
  constraint payment_gateway_ref_key unique (tenant_id, gateway_account_id, gateway_ref)
) with (fillfactor = 80);
comment on table app.payment is 'A payment intent: committed before the gateway is asked (design §3, intent, act, record).';
comment on column app.payment.gateway_ref is 'the gateway''s id of what we asked for (Moyasar: the invoice)';
comment on column app.payment.gateway_payment_ref is 'the gateway''s id of the payment that settled it';
comment on column app.payment.next_check_at is 'when the reconciling job asks the gateway again';
comment on column app.payment.checks is 'how often the reconciling job has asked; the delay grows with it';
create index payment_order_id_idx on app.payment (tenant_id, order_id);
create index payment_next_check_at_idx on app.payment (tenant_id, next_check_at) where status in ('initiated', 'pending', 'failed');

create table app.gateway_event (
  tenant_id uuid not null,
  id uuid not null,
  gateway_account_id uuid not null,
  digest bytea not null constraint gateway_event_digest_check check (length(digest) = 32),
  body bytea not null constraint gateway_event_body_check check (length(body) <= 65536),
  event_type text not null,
  event_ref text,
  outcome text not null,
  payment_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint gateway_event_pkey primary key (tenant_id, id),
  constraint gateway_event_digest_key unique (tenant_id, gateway_account_id, digest),
  constraint gateway_event_gateway_account_id_fkey foreign key (tenant_id, gateway_account_id) references app.gateway_account (tenant_id, id)
);
comment on table app.gateway_event is 'What a gateway told us, byte for byte but for its secret, once, with what became of it.';
comment on column app.gateway_event.digest is 'SHA-256 of the raw body as received';
comment on column app.gateway_event.event_ref is 'the gateway''s own id of the event';

create table app.event_feed (
  tenant_id uuid not null constraint event_feed_tenant_id_fkey references app.tenant (id),
  last_seq bigint not null default 0,
  constraint event_feed_pkey primary key (tenant_id)
);
comment on table app.event_feed is 'The last sequence number given in a tenant''s event feed; its row lock keeps the feed gap-free.';

create table app.outbox (
  tenant_id uuid not null,
  id uuid not null,
  seq bigint,
  kind text not null,
  aggregate text not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  request_id text,
  occurred_at timestamptz not null default clock_timestamp(),
  published_at timestamptz,
  constraint outbox_pkey primary key (tenant_id, id),
  constraint outbox_seq_key unique (tenant_id, seq),
  constraint outbox_published_at_check check ((seq is null) = (published_at is null))
);
comment on table app.outbox is 'Domain events, written by the statement that made them true; seq is given at publishing, per tenant and without gaps.';
comment on column app.outbox.seq is 'place in the tenant''s feed; NULL until published';
create index outbox_unpublished_idx on app.outbox (tenant_id, occurred_at, id) where seq is null;
create index outbox_aggregate_idx on app.outbox (tenant_id, aggregate_id, occurred_at);

create table app.idempotency (
  tenant_id uuid not null,
  scope text not null,
  key text not null constraint idempotency_key_check check (length(key) between 1 and 255),
  fingerprint text not null,
  status text not null constraint idempotency_status_check check (status in ('in_flight', 'finished')),
  lease_until timestamptz not null,
  order_id uuid,
  payment_id uuid,
  answer_status int,
  answer_body text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '7 days',
  constraint idempotency_pkey primary key (tenant_id, scope, key),
  constraint idempotency_answer_check check ((status = 'finished') = (answer_body is not null and answer_status is not null))
);
comment on table app.idempotency is 'Key, request fingerprint and answer, in the statement of the effect (rulings C-30, C-31). Kept 7 days: payments hang on it.';
comment on column app.idempotency.lease_until is 'until then the request that holds the key is believed to be running; later a retry takes it over';
comment on column app.idempotency.fingerprint is 'SHA-256 over method, path, query and body: another request under the same key is refused';
create index idempotency_expires_at_idx on app.idempotency (tenant_id, expires_at);

select app.protect('app.cart');
select app.protect('app.cart_item');
select app.protect('app.sales_order');
select app.protect('app.order_line');
select app.protect('app.gateway_account', 'webhook_secret_sha256', 'webhook_secret_previous_sha256');
select app.protect('app.payment');
select app.protect('app.gateway_event', 'body');
create policy gateway_account_resolver on app.gateway_account for select to app_resolver using (true);

-- Records of the machinery, not of the business: isolated like every tenant table, but without audit rows of their own.
-- The outbox and the idempotency record are written once beside the audited row; the feed's counter is derived.
do $$
declare
  bare text;
begin
  foreach bare in array array['event_feed', 'outbox', 'idempotency'] loop
    execute format('alter table app.%I enable row level security', bare);
    execute format('alter table app.%I force row level security', bare);
    execute format('create policy %I on app.%I using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()))',
      bare || '_tenant', bare);
  end loop;
end $$;

grant select, insert, update, delete on app.cart, app.cart_item, app.idempotency to app_executor;
grant select, insert, update on app.sales_order, app.order_line, app.gateway_account, app.payment, app.gateway_event,
  app.event_feed, app.outbox to app_executor;
grant select on app.gateway_account to app_resolver;
