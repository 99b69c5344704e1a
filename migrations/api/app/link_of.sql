-- What is known of a provider's person. Read again once the account is locked: everything that changes a link locks its account first.
create or replace function app.link_of(p identity.provider, subject text) returns identity.external_identity
language plpgsql volatile
as $$
declare
  x identity.external_identity;
begin
  select i.* into x from identity.external_identity i where i.realm_id = p.realm_id and i.provider_id = p.id and i.subject = link_of.subject;
  return x;
end $$;
comment on function app.link_of(identity.provider, text) is 'The link of a provider''s person; NULL when there is none.';
