-- Sets a password by a link. Ends all sessions, signs nobody in, leaves second factors alone (ASVS 6.4.3). Proves the e-mail too. A
-- provider's person who was linked by a code alone must prove the e-mail anew.
create or replace function api.auth_reset(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  a identity.account := app.lock_account(realm, (input ->> 'account_id')::uuid);
  c identity.challenge := app.follow_link(realm, 'reset_password', input ->> 'secret_hash', (input ->> 'account_id')::uuid);
  ended jsonb;
begin
  -- The link was sent to the address that the account had: if it has another now, the link proves nothing.
  if c.id is null or c.destination is distinct from a.email or (app.standing(a)).role is null then
    perform app.note_attempt(input, 'reset', 'failed', a.id);
    return app.refused(422, 'link_invalid', '{"field": "token"}');
  end if;
  ended := app.end_sessions(a.id, 'password_reset');
  perform app.set_password(t, a, input);
  delete from identity.external_identity x where x.realm_id = realm and x.account_id = a.id and x.proved_by = 'code';
  update identity.account x set email_verified_at = now() where x.realm_id = realm and x.id = a.id and x.email_verified_at is null;
  perform app.send_message(input -> 'notice', a.email, a.id);
  perform app.note_attempt(input, 'reset', 'succeeded', a.id);
  return jsonb_build_object('ended', ended);
end $$;
comment on function api.auth_reset(jsonb, jsonb) is 'Sets a new password by a link; all sessions end.';
