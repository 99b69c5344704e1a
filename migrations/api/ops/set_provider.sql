-- Lets people sign in with somebody else: one shop's customers ({"slug": …}), or all staff (without a slug). What is not given stays as it
-- is; of a new row it is as "file" says.
create or replace function ops.set_provider(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog
as $$
declare
  tenant uuid := (select t.id from app.tenant t where t.slug = coalesce(input ->> 'slug', t.slug) and t.deleted_at is null order by t.created_at, t.id limit 1);
  realm uuid := case when input ->> 'slug' is null then app.staff_realm() else tenant end;
  given jsonb := input - array['slug', 'file'];
  unknown text := (select min(k) from jsonb_object_keys(given || coalesce(input -> 'file', '{}')) k where k not in ('name', 'title', 'flow', 'issuer', 'jwks_url',
    'client_id', 'client_auth', 'credential_ref', 'authorization_url', 'token_url', 'scopes', 'response_mode', 'authorized_parties', 'webhook_ref',
    'proves_email', 'status'));
  old identity.provider;
  p identity.provider;
begin
  if tenant is null then perform app.refuse(404, 'tenant_not_found'); end if;
  if unknown is not null then perform app.refuse(422, 'unknown_field', jsonb_build_object('field', unknown)); end if;
  -- Staff's providers are the platform's; the trail of some tenant must hold the change.
  perform set_config('app.tenant_id', tenant::text, true), set_config('app.actor', 'operator', true);
  select x.* into old from identity.provider x where x.realm_id = realm and x.name = given ->> 'name' for update;
  if old.id is null then
    given := '{"authorized_parties": [], "proves_email": "never", "status": "active"}'::jsonb || coalesce(input -> 'file', '{}') || given;
  end if;
  p := jsonb_populate_record(old, given);
  -- A subject is unique with its issuer only: another one's people are others.
  if old.issuer <> p.issuer and exists (select from identity.external_identity i where i.realm_id = realm and i.provider_id = old.id) then
    perform app.refuse(409, 'issuer_in_use');
  end if;
  insert into identity.provider as x (realm_id, id, name, title, flow, issuer, jwks_url, client_id, client_auth, credential_ref, authorization_url,
    token_url, scopes, response_mode, authorized_parties, webhook_ref, proves_email, status)
  values (realm, coalesce(old.id, app.uuid_v7()), p.name, p.title, p.flow, p.issuer, p.jwks_url, p.client_id, p.client_auth, p.credential_ref,
    p.authorization_url, p.token_url, p.scopes, p.response_mode, p.authorized_parties, p.webhook_ref, p.proves_email, p.status)
  on conflict on constraint provider_name_key do update set
    title = excluded.title, flow = excluded.flow, issuer = excluded.issuer, jwks_url = excluded.jwks_url, client_id = excluded.client_id,
    client_auth = excluded.client_auth, credential_ref = excluded.credential_ref, authorization_url = excluded.authorization_url,
    token_url = excluded.token_url, scopes = excluded.scopes, response_mode = excluded.response_mode,
    authorized_parties = excluded.authorized_parties, webhook_ref = excluded.webhook_ref, proves_email = excluded.proves_email, status = excluded.status
  returning x.* into p;
  return jsonb_build_object('id', p.id, 'name', p.name, 'realm_id', p.realm_id);
end $$;
comment on function ops.set_provider(jsonb) is 'Creates or changes a provider of a shop''s customers or of the staff; idempotent.';
