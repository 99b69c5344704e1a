-- GET audit/export: the oldest first, each line with its place in the chain and the hash there once it is sealed. Pages as api.trail_list has
-- them. That somebody took them out is a line of the trail, written by the same statement.
create or replace function api.trail_export(context jsonb, input jsonb) returns jsonb
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
    where e.tenant_id = t.id and (input ->> 'after' is null or e.id > (input ->> 'after')::bigint)
    order by e.id limit look
  ), page as (
    select (s.e) as entry, (s.e).id as id from seen s where app.audit_matches(s.e, input) order by (s.e).id limit page_size
  )
  select coalesce((select jsonb_agg(app.audit_view(p.entry) || jsonb_build_object('seq', l.seq, 'hash', encode(l.hash, 'hex')) order by p.id)
      from page p left join audit.link l on l.tenant_id = t.id and l.entry_id = p.id), '[]'),
    case when (select count(*) from page) = page_size then (select max(p.id) from page p)
      when (select count(*) from seen) = look then (select max((s.e).id) from seen s) end
  into entries, last;
  perform app.note_read('entry', t.id, jsonb_strip_nulls(input - 'look') || jsonb_build_object('lines', jsonb_array_length(entries)));
  return jsonb_build_object('entries', entries, 'next', last);
end $$;
comment on function api.trail_export(jsonb, jsonb) is 'Lines of the trail to take out of a shop.';
