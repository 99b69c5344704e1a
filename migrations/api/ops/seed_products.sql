-- The products of a demo shop with variants, stock, categories and drawn pictures. One statement a table, since triggers of
-- the catalogue work once a statement.
create or replace function ops.seed_products(tenant uuid, products jsonb) returns void
language plpgsql volatile
set search_path = pg_catalog
as $$
begin
  create temporary table seed_item on commit drop as
    select e as item, n, app.uuid_v7() as product_id from jsonb_array_elements(products) with ordinality x (e, n);
  insert into app.product (tenant_id, id, slug, name, description, options, published_at)
  select tenant, product_id, item ->> 'slug', item -> 'name', item -> 'description', item -> 'options', (item ->> 'published_at')::timestamptz
  from seed_item;
  insert into app.product_category (tenant_id, id, product_id, category_id)
  select tenant, app.uuid_v7(), s.product_id, c.id
  from seed_item s cross join jsonb_array_elements_text(s.item -> 'categories') x (slug)
  join app.category c on c.tenant_id = tenant and c.slug = x.slug;
  insert into app.variant (tenant_id, id, product_id, sku, options, price_minor, compare_at_minor, position)
  select tenant, app.uuid_v7(), s.product_id, v ->> 'sku', v -> 'options', (v ->> 'price_minor')::bigint, (v ->> 'compare_at_minor')::bigint, x.n
  from seed_item s cross join jsonb_array_elements(s.item -> 'variants') with ordinality x (v, n);
  insert into app.stock (tenant_id, id, on_hand)
  select tenant, va.id, (v ->> 'on_hand')::int
  from seed_item s cross join jsonb_array_elements(s.item -> 'variants') x (v) join app.variant va on va.tenant_id = tenant and va.sku = v ->> 'sku';
  insert into app.media (tenant_id, id, content_type, content, sha256)
  select tenant, app.uuid_v7(), 'image/svg+xml', convert_to(svg, 'UTF8'), sha256(convert_to(svg, 'UTF8'))
  from (select distinct ops.demo_svg(i ->> 'motif', i -> 'palette', i #>> '{alt,en}') as svg
    from seed_item s cross join jsonb_array_elements(s.item -> 'images') x (i)) d;
  insert into app.product_image (tenant_id, id, product_id, media_id, alt, position)
  select tenant, app.uuid_v7(), s.product_id, m.id, i -> 'alt', x.n
  from seed_item s cross join jsonb_array_elements(s.item -> 'images') with ordinality x (i, n)
  join app.media m on m.tenant_id = tenant and m.sha256 = sha256(convert_to(ops.demo_svg(i ->> 'motif', i -> 'palette', i #>> '{alt,en}'), 'UTF8'));
  drop table seed_item;
end $$;
comment on function ops.seed_products(uuid, jsonb) is 'Loads the products of a demo shop.';
