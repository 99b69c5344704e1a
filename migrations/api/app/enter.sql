-- First line of every function: finds the tenant when the edge does not know it yet, refuses when there is none or when it
-- is paused, and sets the context for this transaction only. Gateways, providers and jobs still tell a paused shop what it must know.
create or replace function app.enter(context jsonb) returns app.tenant
language plpgsql as $$
declare
  tenant app.tenant;
  -- One expression and no PERFORM: it is evaluated without running a statement, and this runs in every call.
  done text := set_config('app.actor', coalesce(context ->> 'actor', 'guest'), true)
    || set_config('app.request_id', coalesce(context ->> 'request_id', ''), true)
    || set_config('app.ip', coalesce(context ->> 'ip', ''), true)
    || set_config('app.reason', coalesce(context ->> 'reason', ''), true)
    || set_config('app.tenant_id', coalesce(context ->> 'tenant_id', ''), true);
begin
  if context ? 'tenant_id' then
    select t.* into tenant from app.tenant t where t.id = (context ->> 'tenant_id')::uuid and t.deleted_at is null;
  else
    tenant := app.resolve_tenant(context ->> 'host', context ->> 'slug');
    done := set_config('app.tenant_id', coalesce(tenant.id::text, ''), true);
  end if;
  if tenant.status is distinct from 'active' then
    if tenant.id is null then
      perform app.refuse_moved(context ->> 'host', context ->> 'slug');
      perform app.refuse(404, 'tenant_not_found');
    end if;
    if app.actor() not in ('gateway', 'provider', 'job') then perform app.refuse(404, 'shop_paused'); end if;
  end if;
  -- The platform is no shop: what does not say that it means the platform does not find it there, nor the other way round.
  if (tenant.id = app.platform_id()) <> coalesce((context ->> 'platform')::boolean, false) and app.actor() <> 'job' then
    perform app.refuse(404, 'tenant_not_found');
  end if;
  if context ? 'key' then perform app.enter_key(context -> 'key', tenant); end if;
  if context ? 'session' then perform app.enter_session(context -> 'session'); end if;
  return tenant;
end $$;
comment on function app.enter(jsonb) is 'Sets tenant, actor, request, reason, session and key of the transaction; refuses unknown and paused shops, sessions that are over and keys that are none.';
