-- GET platform/grants: one page by keyset, the oldest first.
create or replace function ops.grant_list(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'grants.view');
  page_size int := (input ->> 'limit')::int;
  found_rows jsonb;
  last jsonb;
begin
  with page as (
    select x as granted, x.created_at, x.id, row_number() over (order by x.created_at, x.id) as n from ops.platform_grant x
    where x.tenant_id = app.tenant_id()
      and (input ->> 'after' is null or (x.created_at, x.id) > ((input #>> '{after,at}')::timestamptz, (input #>> '{after,id}')::uuid))
    order by x.created_at, x.id limit page_size + 1
  )
  select coalesce(jsonb_agg(ops.grant_view(p.granted) order by p.n) filter (where p.n <= page_size), '[]'),
    (jsonb_agg(jsonb_build_object('at', p.created_at, 'id', p.id)) filter (where p.n = page_size and (select max(n) from page) > page_size)) -> 0
  into found_rows, last from page p;
  return jsonb_build_object('grants', found_rows, 'next', last);
end $$;
comment on function ops.grant_list(jsonb, jsonb) is 'One page of grants, those that are over too.';
