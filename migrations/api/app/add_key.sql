create or replace function app.add_key(i app.integration, input jsonb) returns app.api_key
language plpgsql volatile
as $$
declare
  k app.api_key;
begin
  -- The program's row is locked: of two at once one is the last.
  if (select count(*) from app.api_key x where x.tenant_id = i.tenant_id and x.integration_id = i.id and x.revoked_at is null and x.expires_at > now())
    >= (input ->> 'max')::int then
    perform app.refuse(409, 'key_limit', jsonb_build_object('max', (input ->> 'max')::int));
  end if;
  insert into app.api_key (tenant_id, id, integration_id, secret_hash, expires_at)
  values (i.tenant_id, (input ->> 'key_id')::uuid, i.id, decode(input ->> 'secret_hash', 'hex'), now() + make_interval(secs => (input ->> 'ttl_s')::int))
  returning * into k;
  return k;
end $$;
comment on function app.add_key(app.integration, jsonb) is 'Gives a program another key; refuses key_limit.';
