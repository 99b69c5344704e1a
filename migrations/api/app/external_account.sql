-- The account of a provider's person: linked before, or the one whose verified e-mail the provider has verified as well, or, for
-- customers, a new one. The e-mail must be proved: nobody gets an account by claiming an address.
create or replace function app.external_account(p identity.provider, link jsonb, email text, person jsonb) returns identity.account
language plpgsql volatile
as $$
declare
  x identity.external_identity;
  owner uuid;
  a identity.account;
begin
  select i.* into x from identity.external_identity i
  where i.realm_id = p.realm_id and i.provider_id = p.id and i.subject = link ->> 'subject';
  if x.gone_at is not null then return null; end if;
  owner := x.account_id;
  if owner is null and email is not null then
    a := app.account_at(p.realm_id, 'email', email);
    if a.id is null and person ->> 'kind' = 'customer' then
      a := app.create_account(p.realm_id, (person ->> 'id')::uuid, 'email', email, person);
      -- Somebody else proved it at the same moment: that account is theirs.
      if a.id is null then a := app.account_at(p.realm_id, 'email', email); end if;
    end if;
    owner := a.id;
  end if;
  a := app.lock_account(p.realm_id, owner);
  if a.id is not null and a.email = email and a.email_verified_at is null then a := app.take_address(p.realm_id, a.id, 'email', email); end if;
  perform app.link_identity(a, link);
  return a;
end $$;
comment on function app.external_account(identity.provider, jsonb, text, jsonb) is 'The locked account of a provider''s person; NULL when there is none and none can be made.';
