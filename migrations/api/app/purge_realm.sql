-- Old challenges, throttles and devices of a realm, at most so many of each.
create or replace function app.purge_realm(realm uuid, room int) returns int
language plpgsql volatile
as $$
declare
  gone int;
  done int := 0;
begin
  delete from identity.challenge c where c.realm_id = realm and c.id in (
    select x.id from identity.challenge x where x.realm_id = realm and x.expires_at < now() - interval '1 day' limit room for update skip locked);
  get diagnostics gone = row_count;
  done := done + gone;
  delete from identity.throttle c where c.realm_id = realm and (c.bucket, c.key) in (
    select x.bucket, x.key from identity.throttle x where x.realm_id = realm and x.last_at < now() - interval '1 day' limit room for update skip locked);
  get diagnostics gone = row_count;
  done := done + gone;
  delete from identity.device c where c.realm_id = realm and c.id in (
    select x.id from identity.device x where x.realm_id = realm and x.seen_at < now() - interval '1 year' limit room for update skip locked);
  get diagnostics gone = row_count;
  return done + gone;
end $$;
comment on function app.purge_realm(uuid, int) is 'Deletes what a realm need not keep; how many rows.';
