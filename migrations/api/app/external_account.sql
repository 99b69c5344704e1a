-- The account of a provider's person: linked before, or the one whose verified e-mail the provider has verified as well, or, for
-- customers, a new one. The e-mail must be proved: nobody gets an account by claiming an address.
create or replace function app.external_account(p identity.provider, link jsonb, email text, person jsonb) returns identity.account
language plpgsql volatile
as $$
declare
  x identity.external_identity := app.link_of(p, link ->> 'subject');
  owner uuid := x.account_id;
  a identity.account;
begin
  if x.id is null and email is not null then
    a := app.account_at(p.realm_id, 'email', email);
    if a.id is null and person ->> 'kind' = 'customer' then
      a := app.create_account(p.realm_id, (person ->> 'id')::uuid, 'email', email, person);
      -- Somebody else proved it at the same moment: that account is theirs.
      if a.id is null then a := app.account_at(p.realm_id, 'email', email); end if;
    end if;
    owner := a.id;
  end if;
  a := app.lock_account(p.realm_id, owner);
  if a.id is not null and x.id is null then
    if a.email = email and a.email_verified_at is null then a := app.take_address(p.realm_id, a.id, 'email', email); end if;
    perform app.link_identity(a, link);
  end if;
  return a;
end $$;
comment on function app.external_account(identity.provider, jsonb, text, jsonb) is 'The locked account of a provider''s person; NULL when there is none and none can be made.';
