-- Called when something has been added: of additions at once each waits for those before it and then counts, so that the limit is exactly one. What was there
-- before a limit stays.
create or replace function app.keep_limit(t app.tenant, what text, status int default 402) returns void
language plpgsql volatile
as $$
declare
  most bigint := (t.limits ->> what)::bigint;
begin
  if most is null then return; end if;
  perform pg_advisory_xact_lock(hashtextextended(what || ':' || t.id::text, 0));
  if app.used(t, what) > most then
    perform app.refuse(status, case what when 'products' then 'product_limit_reached' when 'orders_monthly' then 'order_limit_reached' 
        when 'api_calls_monthly' then 'api_call_limit_reached' else 'seat_limit_reached' end,
      jsonb_build_object('limit', what, 'max', most));
  end if;
end $$;
comment on function app.keep_limit(app.tenant, text, int) is 'Refuses product_limit_reached, order_limit_reached, api_call_limit_reached or seat_limit_reached when there is more than the shop''s plan allows.';
