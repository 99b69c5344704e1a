-- Answers a second-factor challenge and signs in. Tries are counted before anything is compared.
create or replace function api.auth_challenge(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  method text := input ->> 'method';
  -- The account before the challenge, as a change of password locks them.
  a identity.account := app.lock_account(realm, (select x.account_id from identity.challenge x
    where x.realm_id = realm and x.id = (input ->> 'challenge_id')::uuid));
  c identity.challenge := app.try_challenge(realm, (input ->> 'challenge_id')::uuid, array['second_factor']);
  proved boolean := false;
begin
  input := input || jsonb_build_object('identifier_hash', c.facts ->> 'identifier_hash');
  if c.account_id = a.id and (app.standing(a)).epoch = (c.facts ->> 'epoch')::bigint then
    proved := case when method in ('totp', 'recovery') then app.use_second_factor(a, method, input, c.created_at)
      else coalesce(c.secret_hash = decode(input ->> 'code_hash', 'hex') and c.facts ->> 'sent_by' = method, false) end;
  end if;
  if not proved then
    perform app.note_attempt(input, coalesce(method, 'second_factor'), 'failed', a.id);
    return app.refused(401, 'invalid_credentials');
  end if;
  perform app.use_challenge(c);
  perform app.forgive_failure(realm, c.facts ->> 'identifier_hash', c.facts ->> 'network', c.facts ->> 'device_hash',
    app.knows_device(a, c.facts ->> 'device_hash'));
  return app.open_session(t, a, array[c.facts ->> 'first', method], input);
end $$;
comment on function api.auth_challenge(jsonb, jsonb) is 'Answers a second-factor challenge: a session, or invalid_credentials.';
