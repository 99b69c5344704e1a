-- Counts an attempt of a network and of the whole tenant, a minute each: {limit, remaining, reset_s} of the network, with
-- retry_after_s when either has had its share.
create or replace function app.charge_network(realm uuid, input jsonb) returns jsonb
language plpgsql volatile
as $$
declare
  most int := (input #>> '{limits,network_per_minute}')::int;
  net identity.throttle := app.count_in_window(realm, 'network', input #>> '{client,network}', 60);
  -- Last, since everybody waits for this row.
  shop identity.throttle := app.count_in_window(realm, 'tenant', app.tenant_id()::text, 60);
  reset_s int := greatest(1, ceil(extract(epoch from net.window_started_at + interval '1 minute' - now())))::int;
  rate jsonb := jsonb_build_object('limit', most, 'remaining', greatest(most - net.count, 0), 'reset_s', reset_s);
begin
  if net.count > most then return rate || jsonb_build_object('retry_after_s', reset_s); end if;
  if shop.count > (input #>> '{limits,tenant_per_minute}')::int then
    return rate || jsonb_build_object('retry_after_s',
      greatest(1, ceil(extract(epoch from shop.window_started_at + interval '1 minute' - now())))::int);
  end if;
  return rate;
end $$;
comment on function app.charge_network(uuid, jsonb) is 'Rate of the client''s network; has retry_after_s when the network or the tenant is over its limit.';
