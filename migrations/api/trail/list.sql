-- GET audit: the newest first. A page looks at so many lines and no more, whatever the filters: it may hold fewer than it could, and the next one
-- goes on where the looking ended. So a rare match costs several requests instead of one that never ends, and no write pays for an index.
create or replace function api.trail_list(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  page_size int := (input ->> 'limit')::int;
  look int := (input ->> 'look')::int;
  entries jsonb;
  last bigint;
begin
  with seen as materialized (
    select e from audit.entry e
    where e.tenant_id = t.id and (input ->> 'before' is null or e.id < (input ->> 'before')::bigint)
    order by e.id desc limit look
  ), page as (
    select (s.e) as entry, (s.e).id as id from seen s where app.audit_matches(s.e, input) order by (s.e).id desc limit page_size
  )
  select coalesce((select jsonb_agg(app.audit_view(p.entry) order by p.id desc) from page p), '[]'),
    case when (select count(*) from page) = page_size then (select min(p.id) from page p)
      when (select count(*) from seen) = look then (select min((s.e).id) from seen s) end
  into entries, last;
  return jsonb_build_object('entries', entries, 'next', last);
end $$;
comment on function api.trail_list(jsonb, jsonb) is 'One page of who changed what in a shop.';
