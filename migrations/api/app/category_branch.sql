-- A category and all below it.
create or replace function app.category_branch(tenant uuid, root uuid) returns setof uuid
language plpgsql stable
as $$
begin
  return query
  with recursive branch (id, level) as (
    select root, 1
    union all
    select c.id, b.level + 1 from app.category c join branch b on c.parent_id = b.id
    where c.tenant_id = tenant and c.deleted_at is null and b.level < 8
  )
  select id from branch;
end $$;
comment on function app.category_branch(uuid, uuid) is 'Ids of a category and its descendants.';
