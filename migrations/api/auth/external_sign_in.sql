-- Signs in by what a provider says of a person; the edge has verified it, and api.auth_provider has charged the attempt. An e-mail
-- that the provider does not vouch for is proved by a code first (api.auth_otp_verify), which then makes the link.
create or replace function api.auth_external_sign_in(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  p identity.provider := app.provider_of(realm, input ->> 'provider');
  link jsonb := (input -> 'link') || jsonb_build_object('provider_id', p.id);
  person jsonb := (input -> 'person') || jsonb_build_object('kind', input ->> 'kind', 'locale', coalesce(input #>> '{person,locale}', t.locale));
  method text := 'oauth:' || p.name;
  rate jsonb;
  a identity.account := app.external_account(p, link, input ->> 'email', person);
  -- Read once the account is locked: the provider may have told of the person's end meanwhile.
  x identity.external_identity := app.link_of(p, link ->> 'subject');
begin
  if x.barred_at is not null or x.gone_at is not null then
    perform app.note_attempt(input, method, 'failed', x.account_id, 'gone_at_provider');
    return app.refused(401, 'invalid_credentials');
  end if;
  if x.id is null and a.id is null and input ->> 'unproved_email' is not null then
    rate := app.charge_send(realm, input);
    if rate ? 'retry_after_s' then
      perform app.note_attempt(input, method, 'throttled', null);
      return app.refused(429, 'too_many_attempts', rate);
    end if;
    a := app.account_at(realm, 'email', input ->> 'unproved_email');
    perform app.note_attempt(input, method, 'sent', a.id);
    -- The same answer whoever has the address.
    if (app.standing(a)).role is not null or a.id is null and input ->> 'kind' = 'customer' then
      insert into identity.challenge (realm_id, id, tenant_id, purpose, account_id, destination, secret_hash, facts, expires_at)
      values (realm, (input #>> '{challenge,id}')::uuid, t.id, 'sign_in', a.id, input ->> 'unproved_email',
        decode(input #>> '{challenge,code_hash}', 'hex'), jsonb_build_object('channel', 'email', 'link', link || '{"proved_by": "code"}', 'person', person),
        now() + make_interval(secs => (input #>> '{challenge,ttl_s}')::int));
      perform app.send_message(input -> 'message', input ->> 'unproved_email', a.id);
    end if;
    return jsonb_build_object('code_sent', true);
  end if;
  if (app.standing(a)).role is null then
    perform app.note_attempt(input, method, 'failed', a.id);
    if x.id is null and a.id is null and input ->> 'email' is null then return app.refused(422, 'email_required'); end if;
    return app.refused(401, 'invalid_credentials');
  end if;
  -- Nothing was charged to the address, so a second factor gives nothing back.
  return app.finish_sign_in(t, a, method, input - 'identifier_hash', jsonb_build_object('created', a.id = (person ->> 'id')::uuid));
end $$;
comment on function api.auth_external_sign_in(jsonb, jsonb) is 'Signs in somebody whom a provider has proved; may ask for a code to the e-mail, or for TOTP.';
