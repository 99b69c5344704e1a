-- First line of every function: finds the tenant when the edge does not know it yet, refuses when there is none or when it
-- is paused, and sets the context for this transaction only. Gateways and jobs still settle what a paused shop has sold.
create or replace function app.enter(context jsonb) returns app.tenant
language plpgsql as $$
declare
  tenant app.tenant;
  -- Assignments, not PERFORM: an expression is evaluated without running a statement, and this runs in every call.
  done text := set_config('app.actor', coalesce(context ->> 'actor', 'guest'), true);
begin
  done := set_config('app.request_id', coalesce(context ->> 'request_id', ''), true);
  done := set_config('app.ip', coalesce(context ->> 'ip', ''), true);
  if context ? 'tenant_id' then
    done := set_config('app.tenant_id', context ->> 'tenant_id', true);
    select t.* into tenant from app.tenant t where t.id = (context ->> 'tenant_id')::uuid and t.deleted_at is null;
  else
    tenant := app.resolve_tenant(context ->> 'host', context ->> 'slug');
    done := set_config('app.tenant_id', coalesce(tenant.id::text, ''), true);
  end if;
  if tenant.id is null then perform app.refuse(404, 'tenant_not_found'); end if;
  if tenant.status <> 'active' and app.actor() not in ('gateway', 'job') then perform app.refuse(404, 'shop_paused'); end if;
  return tenant;
end $$;
comment on function app.enter(jsonb) is 'Sets tenant, actor and request of the transaction; refuses unknown and paused shops.';
