-- Sends a one-time code: to sign in by, or to prove an address that the signed-in account takes. The same answer whoever has the
-- address. Customers need not exist yet; staff who are no members get nothing.
create or replace function api.auth_otp_request(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  purpose text := input ->> 'purpose';
  rate jsonb;
  a identity.account;
begin
  if purpose <> 'sign_in' then a := app.require_session(); end if;
  rate := app.charge_send(realm, input);
  if rate ? 'retry_after_s' then
    perform app.note_attempt(input, 'otp', 'throttled', a.id);
    return app.refused(429, 'too_many_attempts', rate);
  end if;
  if purpose = 'sign_in' then a := app.account_at(realm, input ->> 'channel', input ->> 'destination'); end if;
  perform app.note_attempt(input, 'otp', 'sent', a.id);
  if (app.standing(a)).role is not null or a.id is null and input ->> 'kind' = 'customer' then
    insert into identity.challenge (realm_id, id, tenant_id, purpose, account_id, destination, secret_hash, facts, expires_at)
    values (realm, (input #>> '{challenge,id}')::uuid, t.id, purpose, a.id, input ->> 'destination',
      decode(input #>> '{challenge,code_hash}', 'hex'), jsonb_build_object('channel', input ->> 'channel'),
      now() + make_interval(secs => (input #>> '{challenge,ttl_s}')::int));
    perform app.send_message(input -> 'message', input ->> 'destination', a.id);
  end if;
  return jsonb_build_object('rate', rate);
end $$;
comment on function api.auth_otp_request(jsonb, jsonb) is 'Sends a one-time code.';
