-- GET platform/access: who looked at what and why, the newest first. Runs as app_auditor: what writes these lines does not read them.
create or replace function ops.access_list(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'access.view', null, (input - 'limit')::text);
  page_size int := (input ->> 'limit')::int;
  entries jsonb;
  last uuid;
begin
  with page as (
    select x.*, row_number() over (order by x.id desc) as n from ops.access x
    where x.tenant_id = app.tenant_id() and (input ->> 'before' is null or x.id < (input ->> 'before')::uuid)
      and (input ->> 'account_id' is null or x.account_id = (input ->> 'account_id')::uuid)
      and (input ->> 'shop_id' is null or x.shop_id = (input ->> 'shop_id')::uuid)
    order by x.id desc limit page_size + 1
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', app.public_id('acc', p.id), 'occurred_at', app.iso(p.occurred_at), 'account_id', app.public_id('usr', p.account_id), 'role', p.role,
      'permission', p.permission, 'tenant_id', case when p.shop_id is not null then app.public_id('ten', p.shop_id) end, 'record', p.record, 'reason', p.reason, 'request_id', p.request_id, 'ip', p.ip)
      order by p.n) filter (where p.n <= page_size), '[]'),
    (array_agg(p.id) filter (where p.n = page_size and (select max(n) from page) > page_size))[1]
  into entries, last from page p;
  return jsonb_build_object('entries', entries, 'next', last);
end $$;
comment on function ops.access_list(jsonb, jsonb) is 'One page of the platform''s looks.';
