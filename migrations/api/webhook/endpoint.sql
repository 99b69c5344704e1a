-- First statement of a gateway's webhook: whose endpoint it is, how its sender proves itself, and whether this very body
-- has been settled before. Verifying happens in Rust, in constant time, before anything of the body is believed.
create or replace function api.webhook_endpoint(context jsonb, input jsonb) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  tenant uuid := app.tenant_by_endpoint((input ->> 'endpoint_id')::uuid);
  account app.gateway_account;
begin
  if tenant is null then perform app.refuse(404, 'endpoint_not_found'); end if;
  perform app.enter(context || jsonb_build_object('tenant_id', tenant));
  select * into account from app.gateway_account a where a.tenant_id = tenant and a.endpoint_id = (input ->> 'endpoint_id')::uuid;
  return jsonb_build_object(
    'tenant_id', tenant, 'account_id', account.id, 'provider', account.provider, 'mode', account.mode, 'credential_ref', account.credential_ref,
    'secret_sha256', encode(account.webhook_secret_sha256, 'hex'), 'previous_secret_sha256', encode(account.webhook_secret_previous_sha256, 'hex'),
    'seen', (select e.outcome from app.gateway_event e
      where e.tenant_id = tenant and e.gateway_account_id = account.id and e.digest = decode(input ->> 'digest', 'hex')));
end $$;
comment on function api.webhook_endpoint(jsonb, jsonb) is 'Gateway account behind a webhook endpoint.';
