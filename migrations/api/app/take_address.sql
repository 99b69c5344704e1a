-- The account takes an e-mail or a phone that it has just proved.
create or replace function app.take_address(realm uuid, account uuid, channel text, destination text) returns identity.account
language plpgsql volatile
as $$
declare
  a identity.account;
begin
  if channel = 'email' then
    update identity.account x set email = destination, email_verified_at = now() where x.realm_id = realm and x.id = account returning x.* into a;
  else
    update identity.account x set phone = destination, phone_verified_at = now() where x.realm_id = realm and x.id = account returning x.* into a;
  end if;
  return a;
exception when unique_violation then
  perform app.refuse(409, 'address_taken');
end $$;
comment on function app.take_address(uuid, uuid, text, text) is 'Sets a proved address; refuses address_taken.';
