-- What follows a first factor that is no password: an account with TOTP is asked for that as well, staff who must have a second
-- factor cannot come in by the first alone, and everybody else has a session. `told` goes into the answer unless it refuses.
create or replace function app.finish_sign_in(t app.tenant, a identity.account, method text, input jsonb, told jsonb) returns jsonb
language plpgsql volatile
as $$
declare
  standing record := app.standing(a);
  sealed text := (select x.totp_sealed from identity.credential x where x.realm_id = a.realm_id and x.id = a.id);
begin
  if sealed is not null then
    perform app.ask_second_factor(t, a, method, null, input -> 'next', input);
    return jsonb_build_object('second_factor', jsonb_build_object('account_id', a.id, 'epoch', standing.epoch, 'totp_sealed', sealed,
      'methods', app.second_factors(a, null), 'challenge_id', input #>> '{next,id}')) || told;
  end if;
  if a.kind = 'staff' and t.mfa = 'required' and (t.mfa_roles = '{}' or standing.role = any (t.mfa_roles)) then
    perform app.note_attempt(input, method, 'failed', a.id, 'second_factor_required');
    return app.refused(403, 'second_factor_required');
  end if;
  perform app.attach_orders(a);
  return app.open_session(t, a, array[method], input) || told;
end $$;
comment on function app.finish_sign_in(app.tenant, identity.account, text, jsonb, jsonb) is 'A session, what asks for the second factor, or second_factor_required.';
