-- Everything that changes an account or what hangs on it locks the account first: one order, so no two wait for each other.
create or replace function app.lock_account(realm uuid, wanted uuid) returns identity.account
language plpgsql volatile
as $$
declare
  a identity.account;
begin
  select x.* into a from identity.account x where x.realm_id = realm and x.id = wanted and x.deleted_at is null for no key update;
  return a;
end $$;
comment on function app.lock_account(uuid, uuid) is 'The account, locked until the statement ends; NULL when there is none.';
