-- A new password, none of the last five. Raises the account's epoch, which ends all sessions of the old one.
create or replace function app.set_password(t app.tenant, a identity.account, input jsonb) returns bigint
language plpgsql volatile
as $$
declare
  print bytea := decode(input ->> 'fingerprint', 'hex');
  raised bigint;
begin
  perform app.check_password_rules(t.password_rules, input -> 'traits');
  update identity.credential c set password_hash = input ->> 'password_hash', password_set_at = now(),
    password_fingerprints = (print || c.password_fingerprints)[1:5]
  where c.realm_id = a.realm_id and c.id = a.id and print <> all (c.password_fingerprints);
  if not found then perform app.refuse(422, 'password_reused', '{"field": "password"}'); end if;
  update identity.account x set epoch = x.epoch + 1 where x.realm_id = a.realm_id and x.id = a.id returning x.epoch into raised;
  update identity.challenge x set used_at = clock_timestamp()
  where x.realm_id = a.realm_id and x.account_id = a.id and x.purpose in ('reset_password', 'second_factor') and x.used_at is null;
  return raised;
end $$;
comment on function app.set_password(app.tenant, identity.account, jsonb) is 'Sets a password; refuses password_too_weak, password_reused; answers the new epoch.';
