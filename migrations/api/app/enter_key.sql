-- Proves the key that a request carries, within the statement that serves it: known here, neither revoked nor over, of a program that is there, may do what is asked
-- and may ask from where it does. Counts the request; one that is refused, here or later, is undone and does not count. What is left of the key's
-- share is told by the setting app.rate, which stands beside the answer.
-- Runs as app_executor (migrations/api/grants.sql): whoever serves the request reads no key.
create or replace function app.enter_key(claimed jsonb, t app.tenant) returns void
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  i app.integration;
  u app.api_key_use;
  this_month date := date_trunc('month', now() at time zone t.timezone);
  left_s int;
begin
  select x.* into i from app.api_key k join app.integration x on x.tenant_id = k.tenant_id and x.id = k.integration_id and x.deleted_at is null
  where k.tenant_id = t.id and k.id = (claimed ->> 'id')::uuid and k.secret_hash = decode(claimed ->> 'secret_hash', 'hex')
    and k.revoked_at is null and k.expires_at > now();
  if i.id is null then perform app.refuse(401, 'invalid_token'); end if;
  if cardinality(i.allowed_addresses) > 0 and (app.ip() is null or not app.ip()::inet <<= any (i.allowed_addresses)) then
    perform app.refuse(403, 'address_not_allowed');
  end if;
  if not claimed ->> 'permission' = any (i.scopes) then perform app.refuse(403, 'forbidden'); end if;
  insert into app.api_key_use as x (tenant_id, key_id, ip, month) values (t.id, (claimed ->> 'id')::uuid, app.ip(), this_month)
  on conflict on constraint api_key_use_pkey do update set seen_at = now(), ip = app.ip(), month = this_month,
    count = case when x.window_started_at <= now() - interval '1 minute' then 1 else x.count + 1 end,
    window_started_at = case when x.window_started_at <= now() - interval '1 minute' then now() else x.window_started_at end,
    month_count = case when x.month = this_month then x.month_count + 1 else 1 end
  returning x.* into u;
  left_s := greatest(ceil(extract(epoch from u.window_started_at + interval '1 minute' - now()))::int, 1);
  if u.count > i.rate_per_minute then
    perform app.refuse(429, 'rate_limit_exceeded',
      jsonb_build_object('retry_after_s', left_s, 'policy', 'key', 'limit', i.rate_per_minute, 'remaining', 0, 'reset_s', left_s));
  end if;
  perform app.keep_limit(t, 'api_calls_monthly');
  perform set_config('app.rate', jsonb_build_object('policy', 'key', 'limit', i.rate_per_minute, 'remaining', i.rate_per_minute - u.count, 'reset_s', left_s)::text, true);
end $$;
comment on function app.enter_key(jsonb, app.tenant) is
  'Refuses a key that is none, one that may not do what is asked or not from here, and one that asks too often; tells what is left of its share.';
