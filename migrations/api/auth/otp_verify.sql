-- Signs in by a one-time code. A customer comes into being at the first one. An account with TOTP is asked for that as well, and
-- staff who must have a second factor cannot come in by a code alone.
create or replace function api.auth_otp_verify(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  c identity.challenge := app.try_challenge(realm, (input ->> 'challenge_id')::uuid, array['sign_in']);
  channel text := c.facts ->> 'channel';
  a identity.account;
  standing record;
  sealed text;
  made boolean := false;
begin
  if c.secret_hash = decode(input ->> 'code_hash', 'hex') then
    perform app.use_challenge(c);
    a := app.account_at(realm, channel, c.destination);
    if a.id is null and input ->> 'kind' = 'customer' then
      a := app.create_account(realm, (input ->> 'new_account_id')::uuid, channel, c.destination,
        jsonb_build_object('kind', 'customer', 'locale', input ->> 'locale'));
      made := a.id is not null;
      -- Somebody else proved it at the same moment: that account is theirs.
      if not made then a := app.account_at(realm, channel, c.destination); end if;
    end if;
    a := app.lock_account(realm, a.id);
  end if;
  standing := app.standing(a);
  if standing.role is null then
    perform app.note_attempt(input, 'otp', 'failed', coalesce(a.id, c.account_id));
    return app.refused(401, 'invalid_code', '{"field": "code"}');
  end if;
  if channel = 'email' and a.email_verified_at is null then a := app.take_address(realm, a.id, channel, c.destination); end if;

  select x.totp_sealed into sealed from identity.credential x where x.realm_id = realm and x.id = a.id;
  if sealed is not null then
    perform app.ask_second_factor(t, a, 'otp', null, input -> 'next', input);
    return jsonb_build_object('second_factor', jsonb_build_object('account_id', a.id, 'epoch', standing.epoch, 'totp_sealed', sealed,
      'methods', app.second_factors(a, null), 'challenge_id', input #>> '{next,id}'));
  end if;
  if a.kind = 'staff' and t.mfa = 'required' and (t.mfa_roles = '{}' or standing.role = any (t.mfa_roles)) then
    perform app.note_attempt(input, 'otp', 'failed', a.id, 'second_factor_required');
    return app.refused(403, 'second_factor_required');
  end if;
  if channel = 'email' then perform app.attach_orders(a); end if;
  return app.open_session(t, a, array['otp'], input) || jsonb_build_object('created', made);
end $$;
comment on function api.auth_otp_verify(jsonb, jsonb) is 'Signs in by a one-time code; may ask for TOTP as well.';
