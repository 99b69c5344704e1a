-- Second statement of a login that went well. What api.auth_find told must still be so: the epoch says that neither password nor
-- standing changed while the password was being checked. A second factor that came along with the password is used up here.
create or replace function api.auth_sign_in(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.lock_account(app.realm_of(input ->> 'kind'), (input ->> 'account_id')::uuid);
  second text := input #>> '{second_factor,method}';
  proved boolean := coalesce((app.standing(a)).epoch = (input ->> 'epoch')::bigint, false);
begin
  -- After all the rest, since what is used up stays so.
  if proved and second is not null then
    proved := app.use_second_factor(a, second, input -> 'second_factor', (input #>> '{second_factor,totp_set_at}')::timestamptz);
  end if;
  if not proved then
    perform app.note_attempt(input, 'password', 'failed', a.id, 'changed_meanwhile');
    return app.refused(401, 'invalid_credentials');
  end if;
  perform app.forgive_failure(a.realm_id, input ->> 'identifier_hash', input #>> '{client,network}', input #>> '{device,presented_hash}',
    app.knows_device(a, input #>> '{device,presented_hash}'));
  if input ->> 'password_hash' is not null then
    update identity.credential c set password_hash = input ->> 'password_hash' where c.realm_id = a.realm_id and c.id = a.id;
  end if;
  return app.open_session(t, a, array_remove(array(select jsonb_array_elements_text(input -> 'methods')) || second, null), input);
end $$;
comment on function api.auth_sign_in(jsonb, jsonb) is 'Opens a session after a password was checked, and a second factor with it.';
