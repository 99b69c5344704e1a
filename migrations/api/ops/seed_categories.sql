-- The categories of a demo shop: parents first, then their children.
create or replace function ops.seed_categories(tenant uuid, categories jsonb) returns void
language plpgsql volatile
set search_path = pg_catalog
as $$
declare
  c jsonb;
begin
  for c in select e from jsonb_array_elements(categories) with ordinality x (e, n) order by e ->> 'parent' is not null, n loop
    insert into app.category (tenant_id, id, parent_id, slug, name, position)
    values (tenant, app.uuid_v7(), (select p.id from app.category p where p.tenant_id = tenant and p.slug = c ->> 'parent'),
      c ->> 'slug', c -> 'name', (c ->> 'position')::int);
  end loop;
end $$;
comment on function ops.seed_categories(uuid, jsonb) is 'Loads the categories of a demo shop.';
