-- GET tenants: one page by keyset, the oldest first; of a grant that is limited, its shops alone.
create or replace function ops.tenant_list(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'tenants.view', null, (input - 'limit')::text);
  page_size int := (input ->> 'limit')::int;
  pattern text := '%' || replace(replace(replace(lower(input ->> 'q'), '\', '\\'), '%', '\%'), '_', '\_') || '%';
  found_rows jsonb;
  last jsonb;
begin
  with page as (
    select t as tenant, t.created_at, t.id, row_number() over (order by t.created_at, t.id) as n from app.tenant t
    where t.id <> app.platform_id() and (g.shops is null or t.id = any (g.shops))
      and (input ->> 'status' is null or input ->> 'status' = case when t.deleted_at is null then t.status else 'deleted' end)
      and (input ->> 'region' is null or t.region = input ->> 'region')
      and (pattern is null or t.slug like pattern or lower(t.name::text) like pattern)
      and (input ->> 'after' is null or (t.created_at, t.id) > ((input #>> '{after,at}')::timestamptz, (input #>> '{after,id}')::uuid))
    order by t.created_at, t.id limit page_size + 1
  )
  select coalesce(jsonb_agg(ops.tenant_view(p.tenant) order by p.n) filter (where p.n <= page_size), '[]'),
    (jsonb_agg(jsonb_build_object('at', p.created_at, 'id', p.id)) filter (where p.n = page_size and (select max(n) from page) > page_size)) -> 0
  into found_rows, last from page p;
  return jsonb_build_object('tenants', found_rows, 'next', last);
end $$;
comment on function ops.tenant_list(jsonb, jsonb) is 'One page of shops.';
