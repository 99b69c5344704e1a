-- A registration waits in its challenge until the address is proved (api.auth_verify): so nobody holds an address that is not
-- theirs, and whoever registers somebody else's leaves nothing behind. Known and unknown addresses get the same answer; the owner
-- of a known one is told instead.
create or replace function api.auth_register(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  by_email boolean := input ->> 'email' is not null;
  destination text := coalesce(input ->> 'email', input ->> 'phone');
  rate jsonb;
  known identity.account;
begin
  perform app.check_password_rules(t.password_rules, input -> 'traits');
  rate := app.charge_send(realm, input);
  if rate ? 'retry_after_s' then
    perform app.note_attempt(input, 'register', 'throttled', null);
    return app.refused(429, 'too_many_attempts', rate);
  end if;
  known := app.account_at(realm, case when by_email then 'email' else 'sms' end, destination);
  perform app.note_attempt(input, 'register', 'sent', known.id);
  if known.id is not null then
    perform app.send_message(input -> 'message_if_known', destination, known.id);
  else
    insert into identity.challenge (realm_id, id, tenant_id, purpose, account_id, destination, secret_hash, facts, expires_at)
    values (realm, (input #>> '{challenge,id}')::uuid, t.id, case when by_email then 'verify_email' else 'verify_phone' end,
      (input ->> 'id')::uuid, destination, decode(input #>> '{challenge,secret_hash}', 'hex'),
      jsonb_build_object('registration', jsonb_build_object('kind', input ->> 'kind', 'password_hash', input ->> 'password_hash',
        'fingerprint', input ->> 'fingerprint', 'given_name', input ->> 'given_name', 'family_name', input ->> 'family_name',
        'locale', input ->> 'locale', 'contact_phone', input ->> 'contact_phone')),
      now() + make_interval(secs => (input #>> '{challenge,ttl_s}')::int));
    perform app.send_message(input -> 'message', destination, (input ->> 'id')::uuid);
  end if;
  return jsonb_build_object('rate', rate);
end $$;
comment on function api.auth_register(jsonb, jsonb) is 'Sends the proof of a new account''s address, or tells its owner that there is one already.';
