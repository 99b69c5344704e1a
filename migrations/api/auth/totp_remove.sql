-- Turns TOTP off; its recovery codes go with it.
create or replace function api.auth_totp_remove(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  me identity.account := app.require_session();
  a identity.account := app.lock_account(me.realm_id, me.id);
begin
  update identity.credential c set totp_sealed = null, totp_step = null, totp_set_at = null, recovery_hashes = '{}'
  where c.realm_id = a.realm_id and c.id = a.id and c.totp_sealed is not null;
  if found then perform app.note_attempt(input, 'totp_removal', 'succeeded', a.id); end if;
  return '{}';
end $$;
comment on function api.auth_totp_remove(jsonb, jsonb) is 'Removes TOTP and recovery codes.';
