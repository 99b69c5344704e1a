-- Uses up what somebody proved themselves by the second time: a TOTP step is accepted once and only after the last one (RFC 6238
-- §5.2), a recovery code once. Rust compared the TOTP code and tells the step that it matched; it knew the secret of the
-- authenticator that there was at that time, and says nothing of one that was enrolled since.
create or replace function app.use_second_factor(a identity.account, method text, proof jsonb, known_at timestamptz) returns boolean
language plpgsql volatile
as $$
begin
  if method = 'totp' then
    update identity.credential x set totp_step = (proof ->> 'totp_step')::bigint
    where x.realm_id = a.realm_id and x.id = a.id and x.totp_step < (proof ->> 'totp_step')::bigint and x.totp_set_at <= known_at;
    return found;
  elsif method = 'recovery' then
    update identity.credential x set recovery_hashes = array_remove(x.recovery_hashes, decode(proof ->> 'recovery_hash', 'hex'))
    where x.realm_id = a.realm_id and x.id = a.id and decode(proof ->> 'recovery_hash', 'hex') = any (x.recovery_hashes);
    return found;
  end if;
  return false;
end $$;
comment on function app.use_second_factor(identity.account, text, jsonb, timestamptz) is
  'Uses up a TOTP step or a recovery code of a locked account; whether it was still good.';
