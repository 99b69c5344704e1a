-- Turns TOTP on, after Rust has seen a code of it. The step of that code is spent.
create or replace function api.auth_totp_confirm(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  me identity.account := app.require_session();
  a identity.account := app.lock_account(me.realm_id, me.id);
begin
  update identity.credential c set totp_sealed = input ->> 'totp_sealed', totp_step = (input ->> 'step')::bigint, totp_set_at = now(),
    recovery_hashes = array(select decode(h, 'hex') from jsonb_array_elements_text(input -> 'recovery_hashes') h)
  where c.realm_id = a.realm_id and c.id = a.id and c.totp_sealed is null;
  if not found then perform app.refuse(409, 'totp_already_enrolled'); end if;
  perform app.note_attempt(input, 'totp_enrolment', 'succeeded', a.id);
  return '{}';
end $$;
comment on function api.auth_totp_confirm(jsonb, jsonb) is 'Enrols TOTP and recovery codes; refuses totp_already_enrolled.';
