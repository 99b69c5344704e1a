-- Counts a request for a message to an address, known or not: so many an hour, and not two at once. The answer as
-- app.charge_network's.
create or replace function app.charge_send(realm uuid, input jsonb) returns jsonb
language plpgsql volatile
as $$
declare
  most int := (input #>> '{limits,sends_per_hour}')::int;
  gap interval := make_interval(secs => (input #>> '{limits,send_gap_s}')::int);
  sent identity.throttle;
  rate jsonb;
begin
  insert into identity.throttle as x (realm_id, bucket, key, count, blocked_until)
  values (realm, 'send', input ->> 'identifier_hash', 1, clock_timestamp() + gap)
  on conflict on constraint throttle_pkey do update set
    count = case when x.window_started_at <= now() - interval '1 hour' then 1 else x.count + 1 end,
    window_started_at = case when x.window_started_at <= now() - interval '1 hour' then now() else x.window_started_at end,
    last_at = now(), blocked_until = clock_timestamp() + gap
  where x.blocked_until <= clock_timestamp() and (x.count < most or x.window_started_at <= now() - interval '1 hour');
  if found then return app.charge_network(realm, input); end if;
  select x.* into sent from identity.throttle x
  where x.realm_id = realm and x.bucket = 'send' and x.key = input ->> 'identifier_hash';
  rate := app.charge_network(realm, input);
  return rate || jsonb_build_object('retry_after_s', greatest(1, (rate ->> 'retry_after_s')::int, ceil(extract(epoch from case
    when sent.count >= most then greatest(sent.blocked_until, sent.window_started_at + interval '1 hour') else sent.blocked_until end - clock_timestamp()))::int));
end $$;
comment on function app.charge_send(uuid, jsonb) is 'Rate of the network; has retry_after_s when too much is sent to this address or from this network.';
