-- A link is used by one statement: of fifty that come at once, one finds it open.
create or replace function app.follow_link(realm uuid, wanted_purpose text, secret_hash text, account uuid) returns identity.challenge
language plpgsql volatile
as $$
declare
  c identity.challenge := app.open_link(realm, wanted_purpose, secret_hash, account);
begin
  perform app.use_challenge(c);
  return c;
end $$;
comment on function app.follow_link(uuid, text, text, uuid) is 'Uses up the link with this secret; NULL when it is unknown, used, expired or another''s.';
