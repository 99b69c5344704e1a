-- What Rust prices a cart from: its items with today's prices and free units, and the shop's shipping methods.
create or replace function app.cart_facts(t app.tenant, lang text, cart uuid) returns jsonb
language plpgsql stable
as $$
declare
  c app.cart;
begin
  select x.* into c from app.cart x where x.tenant_id = t.id and x.id = cart;
  if c.id is null then return null; end if;
  return app.cart_body(t, lang, c, (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', i.id, 'variant_id', i.variant_id, 'product_id', p.id, 'product_slug', p.slug, 'sku', v.sku,
      'name', app.text_in(p.name, lang, t.locale), 'names', p.name, 'options', v.options,
      'image', (
        select app.image(m, lang, t.locale) from app.product_image m
        where m.tenant_id = p.tenant_id and m.product_id = p.id order by m.position limit 1),
      'unit_price_minor', v.price_minor, 'quantity', i.quantity,
      'is_active', v.is_active and v.deleted_at is null and p.is_active and p.deleted_at is null,
      'available', coalesce(s.on_hand - s.reserved, 0)) order by i.created_at, i.id), '[]')
    from app.cart_item i
    join app.variant v on v.tenant_id = i.tenant_id and v.id = i.variant_id
    join app.product p on p.tenant_id = v.tenant_id and p.id = v.product_id
    left join app.stock s on s.tenant_id = v.tenant_id and s.id = v.id
    where i.tenant_id = c.tenant_id and i.cart_id = c.id));
end $$;
comment on function app.cart_facts(app.tenant, text, uuid) is 'A cart as data for pricing; NULL when it does not exist.';
