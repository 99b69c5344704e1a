-- The link with this secret, while it is good. Its row stays locked: of fifty that come at once with it, each finds what the one before
-- has left of it.
create or replace function app.open_link(realm uuid, wanted_purpose text, secret_hash text, account uuid) returns identity.challenge
language plpgsql volatile
as $$
declare
  c identity.challenge;
begin
  select x.* into c from identity.challenge x
  where x.realm_id = realm and x.secret_hash = decode(open_link.secret_hash, 'hex') and x.purpose = wanted_purpose
    and x.tenant_id = app.tenant_id() and (account is null or x.account_id = account) and x.used_at is null and x.tries < 5
    and x.expires_at > now()
  for no key update;
  return c;
end $$;
comment on function app.open_link(uuid, text, text, uuid) is
  'Locks the link with this secret; NULL when it is unknown, used, expired, worn out or another''s.';
