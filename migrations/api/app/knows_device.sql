-- Whether a token is that of a device the account has signed in from.
create or replace function app.knows_device(a identity.account, token_hash text) returns boolean
language plpgsql stable
as $$
begin
  return exists (select from identity.device d
    where d.realm_id = a.realm_id and d.account_id = a.id and d.token_sha256 = decode(token_hash, 'hex'));
end $$;
comment on function app.knows_device(identity.account, text) is 'Whether the account has signed in from the device with this token.';
