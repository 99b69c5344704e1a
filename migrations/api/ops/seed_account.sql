-- The staff account of an address: the one there is, or a new one without a password. Runs in some tenant, whose trail tells of it.
create or replace function ops.seed_account(input jsonb) returns uuid
language plpgsql volatile
set search_path = pg_catalog
as $$
declare
  address text := lower(trim(input ->> 'email'));
  account uuid;
begin
  select a.id into account from identity.account a where a.realm_id = app.staff_realm() and a.email = address and a.deleted_at is null;
  if account is not null then return account; end if;
  account := app.uuid_v7();
  insert into identity.account (realm_id, id, kind, email, given_name, family_name, locale)
  values (app.staff_realm(), account, 'staff', address, coalesce(input ->> 'given_name', ''), coalesce(input ->> 'family_name', ''),
    coalesce(input ->> 'locale', 'ar'));
  insert into identity.credential (realm_id, id) values (app.staff_realm(), account);
  return account;
end $$;
comment on function ops.seed_account(jsonb) is 'Finds or makes a staff account by its e-mail.';
