-- A link is used by one statement: of fifty that come at once, one finds it open.
create or replace function app.follow_link(realm uuid, wanted_purpose text, secret_hash text, account uuid) returns identity.challenge
language plpgsql volatile
as $$
declare
  c identity.challenge;
begin
  update identity.challenge x set used_at = clock_timestamp()
  where x.realm_id = realm and x.secret_hash = decode(follow_link.secret_hash, 'hex') and x.purpose = wanted_purpose
    and x.tenant_id = app.tenant_id() and (account is null or x.account_id = account) and x.used_at is null and x.expires_at > now()
  returning x.* into c;
  return c;
end $$;
comment on function app.follow_link(uuid, text, text, uuid) is 'Uses up the link with this secret; NULL when it is unknown, used, expired or another''s.';
