-- A new password for whoever knows the present one, which its fingerprint proves. A wrong one counts like a failed login. The
-- session that asks goes on under the new epoch; all others end.
create or replace function api.auth_change_password(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  me identity.account := app.require_session();
  -- The account before the counters, as a sign-in locks them.
  a identity.account := app.lock_account(me.realm_id, me.id);
  pair text := (input ->> 'identifier_hash') || ' ' || (input #>> '{client,network}');
  wait_s int := app.charge_failure(me.realm_id, 'pair', pair, input -> 'limits');
  c identity.credential;
  ended jsonb;
  raised bigint;
begin
  if wait_s > 0 then
    perform app.note_attempt(input, 'change_password', 'throttled', me.id);
    return app.refused(429, 'too_many_attempts', app.charge_network(me.realm_id, input) || jsonb_build_object('retry_after_s', wait_s));
  end if;
  perform app.count_in_window(me.realm_id, 'account', input ->> 'identifier_hash', 3600);
  select x.* into c from identity.credential x where x.realm_id = a.realm_id and x.id = a.id;
  if a.epoch is distinct from me.epoch
    or c.password_hash is not null and decode(input ->> 'current_fingerprint', 'hex') is distinct from c.password_fingerprints[1] then
    perform app.note_attempt(input, 'change_password', 'failed', a.id);
    return app.refused(401, 'invalid_credentials', '{"field": "current_password"}');
  end if;
  perform app.forgive_failure(a.realm_id, input ->> 'identifier_hash', input #>> '{client,network}', null, false);
  ended := app.end_sessions(a.id, 'password_changed', kept => app.session_id());
  raised := app.set_password(t, a, input);
  update app.session s set epoch = raised, authenticated_at = now() where s.tenant_id = t.id and s.id = app.session_id();
  perform app.send_message(input -> 'notice', case when a.email_verified_at is not null then a.email end, a.id);
  perform app.note_attempt(input, 'change_password', 'succeeded', a.id);
  select x.* into a from identity.account x where x.realm_id = a.realm_id and x.id = a.id;
  return app.token_facts(a) || jsonb_build_object('ended', ended);
end $$;
comment on function api.auth_change_password(jsonb, jsonb) is 'Changes the caller''s password; the other sessions end.';
