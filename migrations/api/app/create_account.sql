-- An account for an address that was just proved. Of two that come at once for one address, one is made; the other is told NULL.
create or replace function app.create_account(realm uuid, wanted uuid, channel text, destination text, facts jsonb) returns identity.account
language plpgsql volatile
as $$
declare
  a identity.account;
  by_email boolean := channel = 'email';
begin
  insert into identity.account (realm_id, id, kind, email, email_verified_at, phone, phone_verified_at, given_name, family_name, locale)
  values (realm, wanted, facts ->> 'kind', case when by_email then destination end, case when by_email then now() end,
    case when by_email then facts ->> 'contact_phone' else destination end, case when not by_email then now() end,
    coalesce(facts ->> 'given_name', ''), coalesce(facts ->> 'family_name', ''), coalesce(facts ->> 'locale', 'ar'))
  on conflict do nothing returning * into a;
  if a.id is null then return null; end if;
  insert into identity.credential (realm_id, id, password_hash, password_fingerprints, password_set_at)
  values (realm, wanted, facts ->> 'password_hash',
    case when facts ->> 'fingerprint' is null then '{}' else array[decode(facts ->> 'fingerprint', 'hex')] end,
    case when facts ->> 'password_hash' is not null then now() end);
  -- Other registrations of the address are void, and so are their passwords. One that is being proved at this moment finds the
  -- address taken, and must not be waited for.
  update identity.challenge c set used_at = clock_timestamp() where c.realm_id = realm and c.id in (
    select x.id from identity.challenge x where x.realm_id = realm and x.destination = create_account.destination
      and x.purpose in ('verify_email', 'verify_phone') and x.used_at is null for update skip locked);
  return a;
end $$;
comment on function app.create_account(uuid, uuid, text, text, jsonb) is 'Makes an account with its credential; NULL when the address is taken.';
