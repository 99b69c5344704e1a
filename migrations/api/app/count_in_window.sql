-- A counter that starts anew when its window has passed.
create or replace function app.count_in_window(realm uuid, bucket text, key text, window_s int) returns identity.throttle
language plpgsql volatile
as $$
declare
  counted identity.throttle;
  span interval := make_interval(secs => window_s);
begin
  insert into identity.throttle as x (realm_id, bucket, key, count) values (realm, count_in_window.bucket, count_in_window.key, 1)
  on conflict on constraint throttle_pkey do update set
    count = case when x.window_started_at <= now() - span then 1 else x.count + 1 end,
    window_started_at = case when x.window_started_at <= now() - span then now() else x.window_started_at end,
    last_at = now()
  returning x.* into counted;
  return counted;
end $$;
comment on function app.count_in_window(uuid, text, text, int) is 'Counts one in a fixed window; the counter with it.';
