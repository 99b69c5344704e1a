-- The password was right and a second factor is asked for: a challenge, and the code for it when one is to be sent. The failure
-- stays charged until the challenge is answered.
create or replace function api.auth_second_factor(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.lock_account(app.realm_of(input ->> 'kind'), (input ->> 'account_id')::uuid);
  channel text := input #>> '{message,channel}';
  sent boolean;
begin
  if (app.standing(a)).epoch is distinct from (input ->> 'epoch')::bigint then
    perform app.note_attempt(input, input ->> 'method', 'failed', a.id, 'changed_meanwhile');
    return app.refused(401, 'invalid_credentials');
  end if;
  sent := app.send_message(input -> 'message', case channel when 'email' then a.email
    when 'sms' then case when a.phone_verified_at is not null then a.phone end end, a.id);
  perform app.ask_second_factor(t, a, input ->> 'method', case when sent then channel end, input -> 'challenge', input);
  return jsonb_build_object('methods', app.second_factors(a, case when sent then channel end));
end $$;
comment on function api.auth_second_factor(jsonb, jsonb) is 'Makes the challenge that a second factor answers.';
