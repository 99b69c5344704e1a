-- One of five tries at a challenge, counted before anything is compared; the row stays locked, so that of two who come at once
-- with the right answer the second finds it used.
create or replace function app.try_challenge(realm uuid, wanted uuid, purposes text[]) returns identity.challenge
language plpgsql volatile
as $$
declare
  c identity.challenge;
begin
  update identity.challenge x set tries = x.tries + 1
  where x.realm_id = realm and x.id = wanted and x.tenant_id = app.tenant_id() and x.purpose = any (purposes)
    and x.used_at is null and x.tries < 5 and x.expires_at > now()
  returning x.* into c;
  return c;
end $$;
comment on function app.try_challenge(uuid, uuid, text[]) is 'Spends a try of an open challenge; NULL when it is unknown, used, expired or worn out.';
