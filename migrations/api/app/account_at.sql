-- Who has an address. A phone counts once it is verified; an e-mail of an account always is, but for seeded staff.
create or replace function app.account_at(realm uuid, channel text, destination text) returns identity.account
language plpgsql stable
as $$
declare
  a identity.account;
begin
  if channel = 'email' then
    select x.* into a from identity.account x where x.realm_id = realm and x.email = destination and x.deleted_at is null;
  else
    select x.* into a from identity.account x
    where x.realm_id = realm and x.phone = destination and x.phone_verified_at is not null and x.deleted_at is null;
  end if;
  return a;
end $$;
comment on function app.account_at(uuid, text, text) is 'The account with an e-mail or a verified phone; NULL when there is none.';
