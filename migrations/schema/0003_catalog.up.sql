-- Catalogue: categories, products with options and variants, stock, images, shipping.
set local role superadmin;

create table app.category (
  tenant_id uuid not null constraint category_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  parent_id uuid,
  slug text not null constraint category_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  name jsonb not null,
  position int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  deleted_at timestamptz,
  version bigint not null default 1,
  constraint category_pkey primary key (tenant_id, id),
  -- Composite keys: a parent of another tenant cannot even be written (TEN-11).
  constraint category_parent_id_fkey foreign key (tenant_id, parent_id) references app.category (tenant_id, id),
  constraint category_parent_id_check check (parent_id is distinct from id)
);
comment on table app.category is 'Category tree of a shop.';
create unique index category_slug_key on app.category (tenant_id, slug) where deleted_at is null;
create index category_parent_id_idx on app.category (tenant_id, parent_id);

create table app.product (
  tenant_id uuid not null constraint product_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  slug text not null constraint product_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  name jsonb not null,
  description jsonb not null default '{}',
  options jsonb not null default '[]' constraint product_options_check check (jsonb_typeof(options) = 'array'),
  is_active boolean not null default true,
  price_from_minor bigint,
  search_text text not null default '',
  published_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  deleted_at timestamptz,
  version bigint not null default 1,
  constraint product_pkey primary key (tenant_id, id)
);
comment on table app.product is 'What a shop sells; what is bought is one of its variants.';
comment on column app.product.is_active is 'the merchant''s decision; never follows stock (ruling C-24)';
comment on column app.product.price_from_minor is 'lowest price of a live variant, kept by trigger; NULL when there is none';
comment on column app.product.search_text is 'names, descriptions and SKUs folded by app.fold_text, kept by trigger';
create unique index product_slug_key on app.product (tenant_id, slug) where deleted_at is null;
create index product_newest_idx on app.product (tenant_id, published_at desc, id) where deleted_at is null and is_active;
create index product_price_idx on app.product (tenant_id, price_from_minor, id) where deleted_at is null and is_active;

create table app.product_category (
  tenant_id uuid not null,
  id uuid not null,
  product_id uuid not null,
  category_id uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint product_category_pkey primary key (tenant_id, id),
  constraint product_category_product_id_fkey foreign key (tenant_id, product_id) references app.product (tenant_id, id),
  constraint product_category_category_id_fkey foreign key (tenant_id, category_id) references app.category (tenant_id, id),
  constraint product_category_product_id_category_id_key unique (tenant_id, product_id, category_id)
);
comment on table app.product_category is 'Which categories a product is listed in.';
create index product_category_category_id_idx on app.product_category (tenant_id, category_id, product_id);

create table app.variant (
  tenant_id uuid not null,
  id uuid not null,
  product_id uuid not null,
  sku text not null constraint variant_sku_check check (length(sku) between 1 and 64),
  options jsonb not null default '{}' constraint variant_options_check check (jsonb_typeof(options) = 'object'),
  price_minor bigint not null constraint variant_price_minor_check check (price_minor between 1 and 100000000000),
  compare_at_minor bigint constraint variant_compare_at_minor_check check (compare_at_minor > price_minor),
  position int not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  deleted_at timestamptz,
  version bigint not null default 1,
  constraint variant_pkey primary key (tenant_id, id),
  constraint variant_product_id_fkey foreign key (tenant_id, product_id) references app.product (tenant_id, id)
);
comment on table app.variant is 'The thing that is bought: a product in one combination of its options, with its SKU and price.';
comment on column app.variant.price_minor is 'price in minor units of the shop''s currency';
create unique index variant_sku_key on app.variant (tenant_id, sku) where deleted_at is null;
create index variant_product_id_idx on app.variant (tenant_id, product_id, position);

create table app.stock (
  tenant_id uuid not null,
  id uuid not null,
  on_hand int not null default 0 constraint stock_on_hand_check check (on_hand >= 0),
  reserved int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint stock_pkey primary key (tenant_id, id),
  constraint stock_variant_id_fkey foreign key (tenant_id, id) references app.variant (tenant_id, id),
  -- The last wall against overselling, whatever a function does (INV-02, INV-03).
  constraint stock_reserved_check check (reserved between 0 and on_hand)
) with (fillfactor = 70);
comment on table app.stock is 'Units of a variant; id is the variant''s id. A unit is reserved at checkout and leaves on_hand at payment (ruling C-23).';

create table app.media (
  tenant_id uuid not null constraint media_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  content_type text not null constraint media_content_type_check check (content_type in ('image/svg+xml', 'image/png', 'image/jpeg', 'image/webp')),
  content bytea not null constraint media_content_check check (length(content) <= 1048576),
  sha256 bytea not null constraint media_sha256_check check (length(sha256) = 32),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  deleted_at timestamptz,
  version bigint not null default 1,
  constraint media_pkey primary key (tenant_id, id)
);
comment on table app.media is 'Pictures, immutable once written.';
create unique index media_sha256_key on app.media (tenant_id, sha256) where deleted_at is null;

create table app.product_image (
  tenant_id uuid not null,
  id uuid not null,
  product_id uuid not null,
  media_id uuid not null,
  alt jsonb not null default '{}',
  position int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint product_image_pkey primary key (tenant_id, id),
  constraint product_image_product_id_fkey foreign key (tenant_id, product_id) references app.product (tenant_id, id),
  constraint product_image_media_id_fkey foreign key (tenant_id, media_id) references app.media (tenant_id, id),
  constraint product_image_product_id_position_key unique (tenant_id, product_id, position)
);
comment on table app.product_image is 'Pictures of a product, in order.';

create table app.shipping_method (
  tenant_id uuid not null constraint shipping_method_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  code text not null constraint shipping_method_code_check check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  name jsonb not null,
  flat_minor bigint not null constraint shipping_method_flat_minor_check check (flat_minor between 0 and 100000000000),
  free_above_minor bigint constraint shipping_method_free_above_minor_check check (free_above_minor >= 0),
  countries text[] not null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint shipping_method_pkey primary key (tenant_id, id),
  constraint shipping_method_code_key unique (tenant_id, code)
);
comment on table app.shipping_method is 'A flat rate to some countries, free from a subtotal on.';
comment on column app.shipping_method.free_above_minor is 'subtotal, in minor units, from which shipping is free; NULL for never';

-- Derived columns ----------------------------------------------------------------------------------------------------
create function app.refresh_product(product_tenant uuid, product uuid) returns void language sql
begin atomic
  update app.product p set price_from_minor = facts.lowest
  from (
    select min(v.price_minor) as lowest from app.variant v
    where v.tenant_id = product_tenant and v.product_id = product and v.is_active and v.deleted_at is null
  ) facts
  where p.tenant_id = product_tenant and p.id = product and p.price_from_minor is distinct from facts.lowest;
end;
comment on function app.refresh_product(uuid, uuid) is 'Sets price_from_minor from the live variants.';

create function app.variant_changed() returns trigger language plpgsql as $$
begin
  if tg_op <> 'DELETE' then perform app.refresh_product(new.tenant_id, new.product_id); end if;
  if tg_op <> 'INSERT' then perform app.refresh_product(old.tenant_id, old.product_id); end if;
  return null;
end $$;
comment on function app.variant_changed() is 'Row trigger: the product''s lowest price follows its variants.';
create trigger variant_price after insert or update or delete on app.variant for each row execute function app.variant_changed();

create function app.product_search() returns trigger language plpgsql as $$
begin
  new.search_text := app.fold_text(concat_ws(' ',
    (select string_agg(value, ' ') from jsonb_each_text(new.name)),
    (select string_agg(value, ' ') from jsonb_each_text(new.description))));
  return new;
end $$;
comment on function app.product_search() is 'Row trigger: search_text follows names and descriptions.';
create trigger product_search before insert or update of name, description on app.product for each row execute function app.product_search();

-- Statement triggers: a catalogue change moves catalog_version once, however many rows it touched.
create function app.catalog_changed() returns trigger language plpgsql as $$
begin
  update app.tenant set catalog_version = catalog_version + 1 where id = app.tenant_id();
  return null;
end $$;
comment on function app.catalog_changed() is 'Statement trigger: cached storefront answers of the tenant are outdated.';

do $$
declare
  bare text;
begin
  foreach bare in array array['category', 'product', 'product_category', 'variant', 'product_image', 'shipping_method'] loop
    perform app.protect(format('app.%I', bare)::regclass);
    execute format('create trigger %I after insert or update or delete on app.%I for each statement execute function app.catalog_changed()',
      bare || '_catalog', bare);
  end loop;
end $$;
select app.protect('app.stock');
select app.protect('app.media', 'content');
grant select, insert, update, delete on app.category, app.product, app.product_category, app.variant, app.stock, app.media,
  app.product_image, app.shipping_method to app_executor;
