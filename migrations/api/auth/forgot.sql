-- Sends a link by which its owner sets a new password. The same answer for an address that nobody has; a new link ends older ones.
create or replace function api.auth_forgot(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  rate jsonb := app.charge_send(realm, input);
  a identity.account;
begin
  if rate ? 'retry_after_s' then
    perform app.note_attempt(input, 'forgot', 'throttled', null);
    return app.refused(429, 'too_many_attempts', rate);
  end if;
  a := app.account_at(realm, 'email', input ->> 'email');
  perform app.note_attempt(input, 'forgot', 'sent', a.id);
  if (app.standing(a)).role is not null then
    update identity.challenge c set used_at = clock_timestamp()
    where c.realm_id = realm and c.account_id = a.id and c.purpose = 'reset_password' and c.used_at is null;
    insert into identity.challenge (realm_id, id, tenant_id, purpose, account_id, destination, secret_hash, expires_at)
    values (realm, (input #>> '{challenge,id}')::uuid, t.id, 'reset_password', a.id, a.email,
      decode(input #>> '{challenge,secret_hash}', 'hex'), now() + make_interval(secs => (input #>> '{challenge,ttl_s}')::int));
    perform app.send_message(input -> 'message', a.email, a.id);
  end if;
  return jsonb_build_object('rate', rate);
end $$;
comment on function api.auth_forgot(jsonb, jsonb) is 'Sends a reset link to an address, if somebody has it.';
