-- A provider, before anything is asked of it or believed from it. An attempt to sign in by it is charged to the client's network here,
-- since what follows costs a question to the provider or a signature to check.
create or replace function api.auth_provider(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  p identity.provider := app.provider_of(realm, input ->> 'name');
  rate jsonb;
begin
  if input ? 'client' then
    rate := app.charge_network(realm, input);
    if rate ? 'retry_after_s' then
      perform app.note_attempt(input, 'oauth:' || p.name, 'throttled', null);
      return app.refused(429, 'too_many_attempts', rate);
    end if;
  end if;
  return jsonb_build_object('flow', p.flow, 'issuer', p.issuer, 'jwks_url', p.jwks_url, 'client_id', p.client_id, 'client_auth', p.client_auth,
    'credential_ref', p.credential_ref, 'authorization_url', p.authorization_url, 'token_url', p.token_url, 'scopes', p.scopes,
    'response_mode', p.response_mode, 'authorized_parties', to_jsonb(p.authorized_parties), 'webhook_ref', p.webhook_ref,
    'proves_email', p.proves_email, 'rate', rate);
end $$;
comment on function api.auth_provider(jsonb, jsonb) is 'How to reach and believe a provider; charges an attempt to sign in by it.';
