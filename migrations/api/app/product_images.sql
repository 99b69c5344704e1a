-- The pictures of a product, in order.
create or replace function app.product_images(t app.tenant, lang text, product uuid) returns jsonb
language plpgsql stable
as $$
begin
  return coalesce((
    select jsonb_agg(app.image(i, lang, t.locale) order by i.position)
    from app.product_image i where i.tenant_id = t.id and i.product_id = product), '[]');
end $$;
comment on function app.product_images(app.tenant, text, uuid) is 'Pictures of a product as JSON.';
