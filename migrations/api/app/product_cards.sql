-- Products as lists show them, in the order of the ids: one statement for the page, which reads each table once for all of them.
create or replace function app.product_cards(t app.tenant, lang text, products uuid[]) returns jsonb
language plpgsql stable
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', app.public_id('prd', p.id), 'slug', p.slug, 'name', app.text_in(p.name, lang, t.locale),
      'price', app.money(p.price_from_minor, t.currency),
      'compare_at', app.money(v.compare_at_minor, t.currency),
      'in_stock', coalesce(v.in_stock, false),
      'image', i.image,
      'categories', coalesce(k.slugs, '[]')) order by wanted.n), '[]')
    from unnest(products) with ordinality wanted (id, n)
    join app.product p on p.tenant_id = t.id and p.id = wanted.id
    left join lateral (
      select bool_or(s.on_hand > s.reserved) as in_stock,
        (array_agg(o.compare_at_minor order by o.position) filter (where o.price_minor = p.price_from_minor))[1] as compare_at_minor
      from app.variant o left join app.stock s on s.tenant_id = t.id and s.id = o.id
      where o.tenant_id = t.id and o.product_id = p.id and o.is_active and o.deleted_at is null) v on true
    left join lateral (
      select app.image(m, lang, t.locale) as image from app.product_image m where m.tenant_id = t.id and m.product_id = p.id order by m.position limit 1) i on true
    left join lateral (
      select jsonb_agg(c.slug order by c.position, c.id) as slugs
      from app.product_category pc join app.category c on c.tenant_id = t.id and c.id = pc.category_id
      where pc.tenant_id = t.id and pc.product_id = p.id and c.deleted_at is null) k on true);
end $$;
comment on function app.product_cards(app.tenant, text, uuid[]) is 'Products in a list.';
