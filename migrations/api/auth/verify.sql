-- An address is proved, by a link or by a code: a registration becomes an account, or the account that is signed in takes the
-- address. A customer's earlier guest orders with that e-mail become theirs.
--
-- Anybody can register with somebody else's address, and its owner might follow the link that comes of it. So the link of a
-- registration wants the password that was chosen there, which the owner does not know if a stranger chose it. Another password spends
-- one of five tries and leaves the link open; none at all is asked for.
create or replace function api.auth_verify(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  purpose text := input ->> 'purpose';
  channel text := case purpose when 'verify_email' then 'email' else 'sms' end;
  by_link boolean := input ->> 'secret_hash' is not null;
  c identity.challenge;
  a identity.account;
begin
  if by_link then
    c := app.open_link(realm, 'verify_email', input ->> 'secret_hash', (input ->> 'account_id')::uuid);
    if c.facts ? 'registration' then
      if input ->> 'fingerprint' is null then
        perform app.refuse(422, 'invalid_request', '{"field": "password", "code": "required"}');
      end if;
      c := app.try_challenge(realm, c.id, array['verify_email']);
      if c.facts #>> '{registration,fingerprint}' is distinct from input ->> 'fingerprint' then
        perform app.note_attempt(input, purpose, 'failed', c.account_id, 'wrong_password');
        return app.refused(401, 'invalid_credentials', '{"field": "password"}');
      end if;
    end if;
  else
    c := app.try_challenge(realm, (input ->> 'challenge_id')::uuid, array[purpose]);
    if c.secret_hash is distinct from decode(input ->> 'code_hash', 'hex') then c := null; end if;
  end if;
  if c.facts ? 'registration' then
    perform app.use_challenge(c);
    a := app.create_account(realm, c.account_id, channel, c.destination, c.facts -> 'registration');
  elsif c.account_id = app.account_id() then
    perform app.use_challenge(c);
    a := app.take_address(realm, c.account_id, channel, c.destination);
  end if;
  if a.id is null then
    perform app.note_attempt(input, purpose, 'failed', c.account_id);
    return case when by_link then app.refused(422, 'link_invalid', '{"field": "token"}') else app.refused(401, 'invalid_code', '{"field": "code"}') end;
  end if;
  perform app.note_attempt(input, purpose, 'succeeded', a.id);
  return jsonb_build_object('account', app.account_view(a), 'created', c.facts ? 'registration',
    'attached_orders', case when purpose = 'verify_email' then app.attach_orders(a) else 0 end);
end $$;
comment on function api.auth_verify(jsonb, jsonb) is 'Proves an e-mail or a phone; finishes registrations.';
