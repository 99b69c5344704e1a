-- Forgets what has had its time: idempotency records after seven days, carts that nobody touched for thirty, domains that
-- nobody verified in time, and those given up that lead nowhere any more.
create or replace function api.jobs_purge(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  room int := (input ->> 'limit')::int;
  done int := 0;
  gone int;
  tenant uuid;
begin
  for tenant in select app.live_tenants() loop
    exit when done >= room;
    perform app.enter(context || jsonb_build_object('tenant_id', tenant));
    delete from app.idempotency i where i.tenant_id = tenant and (i.scope, i.key) in (
      select x.scope, x.key from app.idempotency x where x.tenant_id = tenant and x.expires_at <= now() limit room - done);
    get diagnostics gone = row_count;
    done := done + gone;
    delete from app.cart c where c.tenant_id = tenant and c.id in (
      select x.id from app.cart x where x.tenant_id = tenant and x.status = 'open' and x.updated_at <= now() - interval '30 days' limit room - done);
    get diagnostics gone = row_count;
    done := done + gone;
    delete from app.tenant_domain d where d.tenant_id = tenant and d.id in (
      select x.id from app.tenant_domain x where x.tenant_id = tenant and coalesce(x.former_until <= now(), true)
        and (x.status in ('former', 'ended') or x.status = 'pending' and x.expires_at <= now()) limit room - done);
    get diagnostics gone = row_count;
    done := done + gone;
  end loop;
  return jsonb_build_object('done', done, 'more', done >= room);
end $$;
comment on function api.jobs_purge(jsonb, jsonb) is 'Deletes expired idempotency records, abandoned carts and domains that are not in use.';
