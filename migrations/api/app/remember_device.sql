-- The device of a sign-in: known by its token, or new from now on. A new one of an account that has others is told to its owner.
create or replace function app.remember_device(a identity.account, input jsonb) returns boolean
language plpgsql volatile
as $$
declare
  others boolean := exists (select from identity.device d where d.realm_id = a.realm_id and d.account_id = a.id);
begin
  update identity.device d set seen_at = now()
  where d.realm_id = a.realm_id and d.account_id = a.id and d.token_sha256 = decode(input #>> '{device,presented_hash}', 'hex');
  if found then return true; end if;
  insert into identity.device (realm_id, id, account_id, token_sha256, label)
  values (a.realm_id, (input #>> '{device,id}')::uuid, a.id, decode(input #>> '{device,new_hash}', 'hex'), input #>> '{session,label}');
  if others and a.email_verified_at is not null then perform app.send_message(input -> 'notice', a.email, a.id); end if;
  return false;
end $$;
comment on function app.remember_device(identity.account, jsonb) is 'Whether the device was known; it is afterwards.';
