-- Signs in by a one-time code. A customer comes into being at the first one. A code that proved the e-mail of a provider's person
-- (api.auth_external_sign_in) links that person. Whom the code alone does not let in, app.finish_sign_in asks for more.
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
  made boolean := false;
begin
  if c.secret_hash = decode(input ->> 'code_hash', 'hex') then
    perform app.use_challenge(c);
    a := app.account_at(realm, channel, c.destination);
    if a.id is null and input ->> 'kind' = 'customer' then
      a := app.create_account(realm, (input ->> 'new_account_id')::uuid, channel, c.destination,
        coalesce(c.facts -> 'person', '{}') || jsonb_build_object('kind', 'customer', 'locale', coalesce(input ->> 'locale', t.locale)));
      made := a.id is not null;
      -- Somebody else proved it at the same moment: that account is theirs.
      if not made then a := app.account_at(realm, channel, c.destination); end if;
    end if;
    a := app.lock_account(realm, a.id);
  end if;
  if (app.standing(a)).role is null then
    perform app.note_attempt(input, 'otp', 'failed', coalesce(a.id, c.account_id));
    return app.refused(401, 'invalid_code', '{"field": "code"}');
  end if;
  if channel = 'email' and a.email_verified_at is null then a := app.take_address(realm, a.id, channel, c.destination); end if;
  perform app.link_identity(a, c.facts -> 'link');
  return app.finish_sign_in(t, a, 'otp', input, jsonb_build_object('created', made));
end $$;
comment on function api.auth_otp_verify(jsonb, jsonb) is 'Signs in by a one-time code; may ask for TOTP as well.';
