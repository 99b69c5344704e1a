-- GET /products/{slug or id}
create or replace function api.storefront_product(context jsonb, input jsonb) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  plans text := app.keep_plans();
  lang text := app.pick_lang(input -> 'langs', t.locales, t.locale);
  p app.product;
begin
  -- Two statements and no CASE, which no index serves when the plan is kept.
  if input ? 'id' then
    select * into p from app.product
    where tenant_id = t.id and id = (input ->> 'id')::uuid and is_active and deleted_at is null and price_from_minor is not null;
  else
    select * into p from app.product
    where tenant_id = t.id and slug = input ->> 'slug' and is_active and deleted_at is null and price_from_minor is not null;
  end if;
  if p.id is null then perform app.refuse(404, 'product_not_found'); end if;
  return jsonb_build_object('lang', lang, 'data', jsonb_build_object(
    'id', app.public_id('prd', p.id), 'slug', p.slug, 'name', app.text_in(p.name, lang, t.locale),
    'description', app.text_in(p.description, lang, t.locale),
    'price', app.money(p.price_from_minor, t.currency), 'in_stock', app.in_stock(t.id, p.id),
    'categories', coalesce((
      select jsonb_agg(jsonb_build_object('id', app.public_id('cat', c.id), 'slug', c.slug, 'name', app.text_in(c.name, lang, t.locale))
        order by c.position, c.id)
      from app.product_category pc join app.category c on c.tenant_id = pc.tenant_id and c.id = pc.category_id
      where pc.tenant_id = t.id and pc.product_id = p.id and c.deleted_at is null), '[]'),
    'options', coalesce((
      select jsonb_agg(jsonb_build_object('code', o.option ->> 'code', 'name', app.text_in(o.option -> 'name', lang, t.locale), 'values', (
          select jsonb_agg(jsonb_build_object('code', v.choice ->> 'code', 'name', app.text_in(v.choice -> 'name', lang, t.locale)) order by v.n)
          from jsonb_array_elements(o.option -> 'values') with ordinality v (choice, n))) order by o.n)
      from jsonb_array_elements(p.options) with ordinality o (option, n)), '[]'),
    'images', app.product_images(t, lang, p.id),
    'variants', (
      select jsonb_agg(jsonb_build_object(
          'id', app.public_id('var', v.id), 'sku', v.sku, 'options', v.options, 'price', app.money(v.price_minor, t.currency),
          'compare_at', app.money(v.compare_at_minor, t.currency), 'in_stock', coalesce(s.on_hand > s.reserved, false))
        || case when t.show_available then jsonb_build_object('available', coalesce(s.on_hand - s.reserved, 0)) else '{}' end
        order by v.position, v.id)
      from app.variant v left join app.stock s on s.tenant_id = v.tenant_id and s.id = v.id
      where v.tenant_id = t.id and v.product_id = p.id and v.is_active and v.deleted_at is null)));
end $$;
comment on function api.storefront_product(jsonb, jsonb) is 'A product with its options, pictures and variants.';
