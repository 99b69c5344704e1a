-- An active provider of a realm.
create or replace function app.provider_of(realm uuid, wanted text) returns identity.provider
language plpgsql stable
as $$
declare
  p identity.provider;
begin
  select x.* into p from identity.provider x where x.realm_id = realm and x.name = wanted and x.status = 'active';
  if p.id is null then perform app.refuse(404, 'provider_not_found'); end if;
  return p;
end $$;
comment on function app.provider_of(uuid, text) is 'The provider with this name; refuses provider_not_found.';
