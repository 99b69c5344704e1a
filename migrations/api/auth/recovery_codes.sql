-- New recovery codes in place of all old ones.
create or replace function api.auth_recovery_codes(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  me identity.account := app.require_session();
  a identity.account := app.lock_account(me.realm_id, me.id);
begin
  update identity.credential c set recovery_hashes = array(select decode(h, 'hex') from jsonb_array_elements_text(input -> 'recovery_hashes') h)
  where c.realm_id = a.realm_id and c.id = a.id and c.totp_sealed is not null;
  if not found then perform app.refuse(409, 'totp_not_enrolled'); end if;
  perform app.note_attempt(input, 'recovery_codes', 'succeeded', a.id);
  return '{}';
end $$;
comment on function api.auth_recovery_codes(jsonb, jsonb) is 'Replaces recovery codes; refuses totp_not_enrolled.';
