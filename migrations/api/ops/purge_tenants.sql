-- Removes what is left of shops that were deleted long enough ago, one shop after another and so many rows at a time; a run that dies is gone on
-- with by the next. Which tables there are, and which must be emptied before which, is read from the catalogue: a new tenant table joins by itself.
-- Runs as superadmin, which owns the tables, has no way around their policies, and so reaches the rows of the running tenant alone. The shop's trail goes
-- too, since it is full of its people's data; the platform's own trail keeps that there was such a shop and when it went.
create or replace function ops.purge_tenants(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  shop uuid := app.due_tenant();
  slug text;
  budget bigint := (input ->> 'limit')::bigint;
  -- Of the trail at the end: removing the rest writes into it.
  waiting regclass[];
  next record;
  removed bigint;
begin
  if shop is null or not pg_try_advisory_xact_lock(hashtextextended('purge:' || shop::text, 0)) then return '{"done": 0, "more": false}'; end if;
  perform set_config('app.actor', 'job', true), set_config('app.request_id', coalesce(context ->> 'request_id', ''), true),
    set_config('app.ip', '', true), set_config('app.tenant_id', shop::text, true);
  waiting := array(select c.oid::regclass from pg_class c where c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace)
    and c.relkind in ('r', 'p') and not c.relispartition and c.oid <> 'app.tenant'::regclass);
  while cardinality(waiting) > 0 and budget > 0 loop
    select w as target, exists (select from pg_constraint k where k.contype = 'f' and k.conrelid = w and k.confrelid = w) as in_itself,
      (select string_agg(format('%I = $1', a.attname), ' or ') from pg_attribute a where a.attrelid = w and a.attname in ('tenant_id', 'realm_id') and not a.attisdropped) as own
    into strict next
    from unnest(waiting) w
    where not exists (select from pg_constraint k where k.contype = 'f' and k.confrelid = w and k.conrelid <> w and k.conrelid = any (waiting))
    order by (select c.relnamespace = 'audit'::regnamespace from pg_class c where c.oid = w), w limit 1;
    -- Rows that refer to others of their table go together.
    execute format('delete from %s x where x.ctid in (select y.ctid from %1$s y where %s limit $2)', next.target, next.own)
    using shop, case when not next.in_itself then budget end;
    get diagnostics removed = row_count;
    budget := budget - removed;
    if budget > 0 then waiting := array_remove(waiting, next.target); end if;
  end loop;
  if cardinality(waiting) = 0 then
    delete from app.tenant t where t.id = shop returning t.slug into slug;
    delete from audit.entry e where e.tenant_id = shop;
    perform set_config('app.tenant_id', app.platform_id()::text, true);
    insert into audit.entry (tenant_id, actor, request_id, action, table_name, row_id, before)
    values (app.platform_id(), app.actor(), app.request_id(), 'delete', 'tenant', shop::text, jsonb_build_object('slug', slug));
    budget := budget - 1;
  end if;
  return jsonb_build_object('done', (input ->> 'limit')::bigint - budget, 'more', cardinality(waiting) > 0 or app.due_tenant() is not null);
end $$;
comment on function ops.purge_tenants(jsonb, jsonb) is 'Removes a bounded number of rows of shops whose retention has ended.';
