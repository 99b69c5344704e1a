-- The end of every sign-in: session, first refresh token, device, cart, and the line in the trail, all together.
create or replace function app.open_session(t app.tenant, signed_in identity.account, methods text[], input jsonb) returns jsonb
language plpgsql volatile
as $$
declare
  a identity.account;
  s jsonb := input -> 'session';
  session uuid := (s ->> 'id')::uuid;
  cap timestamptz := now() + make_interval(secs => (s ->> 'cap_s')::int);
  refresh_until timestamptz := least(cap, now() + make_interval(secs => (s ->> 'refresh_ttl_s')::int));
  known boolean;
  cart jsonb := '{"cart_id": null, "merged": false}';
  -- From here on the person acts, no guest any more.
  actor text := set_config('app.actor', app.public_id(case signed_in.kind when 'staff' then 'usr' else 'cus' end, signed_in.id), true);
begin
  update identity.account x set last_sign_in_at = now() where x.realm_id = signed_in.realm_id and x.id = signed_in.id returning x.* into a;
  insert into app.session (tenant_id, id, realm_id, account_id, epoch, methods, label, user_agent, fingerprint, expires_at)
  values (t.id, session, a.realm_id, a.id, a.epoch, methods, s ->> 'label', input #>> '{client,user_agent}', input #>> '{client,fingerprint}', cap);
  insert into app.session_use (tenant_id, session_id, ip) values (t.id, session, app.ip());
  insert into app.refresh_token (tenant_id, hash, session_id, expires_at)
  values (t.id, decode(s ->> 'refresh_hash', 'hex'), session, refresh_until);
  known := app.remember_device(a, input);
  if a.kind = 'customer' then cart := app.adopt_cart(t.id, a.id, input -> 'cart'); end if;
  perform app.note_attempt(input, array_to_string(methods, '+'), 'succeeded', a.id, null, session);
  return cart || app.token_facts(a) || jsonb_build_object(
    'account', app.account_view(a), 'session_id', session,
    'session_expires_at', app.iso(cap), 'refresh_expires_at', app.iso(refresh_until), 'device_known', known);
end $$;
comment on function app.open_session(app.tenant, identity.account, text[], jsonb) is 'Opens a session for a locked account that has proved itself; the answer of a sign-in.';
