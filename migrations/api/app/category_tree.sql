-- A branch of the category tree, its children inside it, to eight levels.
create or replace function app.category_tree(t app.tenant, lang text, parent uuid, level int) returns jsonb
language plpgsql stable as $$
begin
  if level > 8 then return '[]'; end if;
  return coalesce((
    select jsonb_agg(jsonb_build_object(
      'id', app.public_id('cat', c.id), 'slug', c.slug, 'name', app.text_in(c.name, lang, t.locale),
      'product_count', (
        select count(distinct pc.product_id) from app.product_category pc
        join app.product p on p.tenant_id = pc.tenant_id and p.id = pc.product_id
        where pc.tenant_id = t.id and pc.category_id in (select app.category_branch(t.id, c.id))
          and p.is_active and p.deleted_at is null and p.price_from_minor is not null),
      'children', app.category_tree(t, lang, c.id, level + 1)) order by c.position, c.id)
    from app.category c
    where c.tenant_id = t.id and c.parent_id is not distinct from parent and c.deleted_at is null), '[]');
end $$;
comment on function app.category_tree(app.tenant, text, uuid, int) is 'Children of a category as JSON, recursively.';
