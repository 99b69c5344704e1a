-- Counts a failure before the password is looked at, so that guesses in parallel count too; a success takes it back
-- (app.forgive_failure). Some are free, then each doubles the time until the next attempt. An hour of quiet forgets them.
create or replace function app.charge_failure(realm uuid, bucket text, key text, limits jsonb) returns int
language plpgsql volatile
as $$
declare
  free int := (limits ->> 'free_failures')::int;
  longest int := (limits ->> 'delay_max_s')::int;
  wait interval;
begin
  insert into identity.throttle as x (realm_id, bucket, key, count) values (realm, charge_failure.bucket, charge_failure.key, 1)
  on conflict on constraint throttle_pkey do update set
    count = case when x.last_at <= now() - interval '1 hour' then 1 else x.count + 1 end,
    last_at = clock_timestamp(),
    blocked_until = case when x.last_at > now() - interval '1 hour' and x.count + 1 > free
      then clock_timestamp() + make_interval(secs => least(longest, 2 ^ least(x.count + 1 - free, 20))) end
  where x.blocked_until is null or x.blocked_until <= clock_timestamp();
  if found then return 0; end if;
  select x.blocked_until - clock_timestamp() into wait from identity.throttle x
  where x.realm_id = realm and x.bucket = charge_failure.bucket and x.key = charge_failure.key;
  return greatest(1, ceil(extract(epoch from wait)))::int;
end $$;
comment on function app.charge_failure(uuid, text, text, jsonb) is 'Charges a failure; seconds to wait when an earlier one still blocks, else 0.';
