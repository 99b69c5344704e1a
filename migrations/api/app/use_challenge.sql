-- A challenge that was answered is not answered again.
create or replace function app.use_challenge(c identity.challenge) returns void
language plpgsql volatile
as $$
begin
  update identity.challenge x set used_at = clock_timestamp() where x.realm_id = c.realm_id and x.id = c.id and x.used_at is null;
end $$;
comment on function app.use_challenge(identity.challenge) is 'Marks a challenge as used.';
