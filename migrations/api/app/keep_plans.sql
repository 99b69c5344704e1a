-- For reads that filter by optional inputs, which would be planned at every call: keeps one plan, until the end of the running
-- statement only. What writes to tables while they grow must not keep the plans it made when they were empty.
create or replace function app.keep_plans() returns text
language plpgsql volatile
as $$
begin
  return set_config('plan_cache_mode', 'force_generic_plan', true);
end $$;
comment on function app.keep_plans() is 'Makes the rest of the running statement keep its plans.';
