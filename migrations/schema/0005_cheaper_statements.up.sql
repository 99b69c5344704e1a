-- Processor time of the busiest statements (measured; what they answer stays as it was).

-- A session planned each statement of a function six times before it kept the plan: a new session's first six purchases cost 75 ms
-- of processor time instead of 45, and what filters by optional inputs was planned at every call. One kept plan serves both,
-- because each statement finds its rows by tenant and key. As in 0001, a role belongs to the cluster: it is written only when it
-- differs, and the way down leaves it to the other databases.
do $$
begin
  if not exists (select from pg_roles r where r.rolname = 'app_user' and 'plan_cache_mode=force_generic_plan' = any (r.rolconfig)) then
    alter role app_user set plan_cache_mode = force_generic_plan;
  end if;
exception when internal_error then
  -- "tuple concurrently updated": another database of the cluster has just written the same.
  null;
end $$;

set local role superadmin;

-- Each cart and each order took a FOR KEY SHARE lock on its shop's one row, which concurrent shoppers had to note together in
-- multixacts: 16 sessions created 3,500 carts a second in one shop, and 4,400 without. The foreign keys said no more than the
-- policies do: tenant_id is the running tenant, which app.enter has just read, and tenants are never deleted, only marked so.
alter table app.cart drop constraint cart_tenant_id_fkey;
alter table app.sales_order drop constraint sales_order_tenant_id_fkey;
