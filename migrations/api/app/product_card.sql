-- A product as lists show it: one statement, since a page calls this for each of its products.
create or replace function app.product_card(t app.tenant, lang text, product uuid) returns jsonb
language plpgsql stable
as $$
begin
  return (
    select jsonb_build_object(
      'id', app.public_id('prd', p.id), 'slug', p.slug, 'name', app.text_in(p.name, lang, t.locale),
      'price', app.money(p.price_from_minor, t.currency),
      'compare_at', (
        select app.money(v.compare_at_minor, t.currency) from app.variant v
        where v.tenant_id = p.tenant_id and v.product_id = p.id and v.is_active and v.deleted_at is null and v.price_minor = p.price_from_minor
        order by v.position limit 1),
      'in_stock', exists (
        select from app.variant v join app.stock s on s.tenant_id = v.tenant_id and s.id = v.id
        where v.tenant_id = p.tenant_id and v.product_id = p.id and v.is_active and v.deleted_at is null and s.on_hand > s.reserved),
      'image', (
        select app.image(i, lang, t.locale) from app.product_image i
        where i.tenant_id = p.tenant_id and i.product_id = p.id order by i.position limit 1),
      'categories', coalesce((
        select jsonb_agg(c.slug order by c.position, c.id) from app.product_category pc
        join app.category c on c.tenant_id = pc.tenant_id and c.id = pc.category_id
        where pc.tenant_id = p.tenant_id and pc.product_id = p.id and c.deleted_at is null), '[]'))
    from app.product p where p.tenant_id = t.id and p.id = product);
end $$;
comment on function app.product_card(app.tenant, text, uuid) is 'A product in a list.';
