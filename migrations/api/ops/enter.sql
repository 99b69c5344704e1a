-- First line of every function of this schema that the edge calls: who calls is proved as for everybody (app.enter), has a grant that is good now,
-- names a reason, and is written down before anything is read. With a shop, the statement goes on in that shop, under its row-level security,
-- and the shop reads in its own trail who looked and why. A shop beyond the grant is not there.
create or replace function ops.enter(context jsonb, permission text, shop uuid default null, record text default null) returns ops.platform_grant
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  g ops.platform_grant;
  looked uuid := app.uuid_v7();
  why text := context ->> 'reason';
begin
  if t.id <> app.platform_id() or app.account_id() is null then perform app.refuse(401, 'authentication_required'); end if;
  select x.* into g from ops.platform_grant x
  where x.tenant_id = t.id and x.account_id = app.account_id() and x.revoked_at is null and now() >= x.starts_at and now() < x.ends_at;
  if g.id is null then perform app.refuse(401, 'session_ended'); end if;
  if coalesce(why, '') = '' then perform app.refuse(400, 'reason_missing'); end if;
  if shop is not null and (not shop = any (g.shops) or shop = t.id or not exists (select from app.tenant x where x.id = shop)) then
    perform app.refuse(404, 'tenant_not_found');
  end if;
  perform set_config('app.reason', why, true);
  insert into ops.access (tenant_id, id, grant_id, account_id, role, permission, shop_id, record, reason, request_id, ip)
  values (t.id, looked, g.id, g.account_id, g.role, permission, shop, left(record, 1000), why, app.request_id(), app.ip());
  if shop is not null then
    perform set_config('app.tenant_id', shop::text, true);
    insert into audit.entry (tenant_id, actor, request_id, ip, action, table_name, row_id, after)
    values (shop, app.actor(), app.request_id(), app.ip(), 'read', 'access', looked::text,
      jsonb_build_object('role', g.role, 'permission', permission, 'record', left(record, 1000), 'reason', why));
  end if;
  return g;
end $$;
comment on function ops.enter(jsonb, text, uuid, text) is
  'Proves somebody of the platform and their grant, writes down what they do and why, and goes on in the shop that it is about.';
