-- What can answer a second-factor challenge of an account.
create or replace function app.second_factors(a identity.account, sent_by text) returns jsonb
language plpgsql stable
as $$
begin
  return (
    select to_jsonb(array_remove(array[
      case when c.totp_sealed is not null then 'totp' end,
      case when cardinality(c.recovery_hashes) > 0 then 'recovery' end, sent_by], null))
    from identity.credential c where c.realm_id = a.realm_id and c.id = a.id);
end $$;
comment on function app.second_factors(identity.account, text) is 'totp, recovery, and the channel that a code was sent by.';
