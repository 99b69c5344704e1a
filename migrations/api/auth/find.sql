-- First statement of a login: charges the attempt, then tells what the password must be checked against. Identifiers that
-- nobody has are treated like all others. What is refused here is an answer, so that it stays counted.
create or replace function api.auth_find(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  a identity.account;
  c identity.credential;
  standing record;
  known boolean;
  wait_s int;
  rate jsonb;
  failures int := 0;
begin
  if input ->> 'email' is not null then
    select x.* into a from identity.account x
    where x.realm_id = realm and x.email = input ->> 'email' and x.email_verified_at is not null and x.deleted_at is null;
  else
    select x.* into a from identity.account x
    where x.realm_id = realm and x.phone = input ->> 'phone' and x.phone_verified_at is not null and x.deleted_at is null;
  end if;
  standing := app.standing(a);
  known := standing.role is not null and app.knows_device(a, input ->> 'device_hash');

  -- Always in this order (pair or device, network, tenant, account), so that no two attempts wait for each other in a circle.
  wait_s := case when known then app.charge_failure(realm, 'device', input ->> 'device_hash', input -> 'limits')
    else app.charge_failure(realm, 'pair', (input ->> 'identifier_hash') || ' ' || (input #>> '{client,network}'), input -> 'limits') end;
  rate := app.charge_network(realm, input);
  -- A crowd of strangers on its network or at its shop does not keep a known device out.
  if not known then wait_s := greatest(wait_s, (rate ->> 'retry_after_s')::int); end if;
  if wait_s > 0 then
    perform app.note_attempt(input, 'password', 'throttled', a.id);
    return app.refused(429, 'too_many_attempts', rate || jsonb_build_object('retry_after_s', wait_s));
  end if;
  if not known then failures := (app.count_in_window(realm, 'account', input ->> 'identifier_hash', 3600)).count; end if;

  if standing.role is not null then
    select x.* into c from identity.credential x where x.realm_id = realm and x.id = a.id;
  end if;
  return jsonb_build_object(
    'account', case when standing.role is not null then jsonb_build_object(
      'id', a.id, 'epoch', standing.epoch, 'password_hash', c.password_hash, 'totp_sealed', c.totp_sealed, 'email', a.email,
      'phone', a.phone, 'locale', a.locale, 'role', standing.role, 'given_name', a.given_name,
      -- For a second factor that comes along with the password: what is wrong with it is found out without another statement.
      'totp_step', c.totp_step, 'totp_set_at', c.totp_set_at,
      'recovery_hashes', to_jsonb(array(select encode(h, 'hex') from unnest(c.recovery_hashes) h))) end,
    'known_device', known, 'ceiling', failures > (input #>> '{limits,account_failures_per_hour}')::int,
    'policy', jsonb_build_object('mfa', t.mfa, 'roles', to_jsonb(t.mfa_roles)), 'rate', rate - 'retry_after_s');
end $$;
comment on function api.auth_find(jsonb, jsonb) is 'Charges a login attempt; the account to check it against, or too_many_attempts.';
