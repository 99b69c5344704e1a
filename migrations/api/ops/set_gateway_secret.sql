-- Sets the hash of the secret that a shop's gateway puts into its webhooks; the one before stays valid until the next change.
create or replace function ops.set_gateway_secret(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog
as $$
declare
  tenant uuid := (select id from app.tenant where slug = input ->> 'slug' and deleted_at is null);
  hash bytea := decode(input ->> 'secret_sha256', 'hex');
begin
  perform set_config('app.tenant_id', tenant::text, true), set_config('app.actor', 'operator', true);
  update app.gateway_account set webhook_secret_previous_sha256 = webhook_secret_sha256, webhook_secret_sha256 = hash
  where tenant_id = tenant and webhook_secret_sha256 is distinct from hash;
  return (select jsonb_build_object('endpoint_id', replace(endpoint_id::text, '-', ''), 'credential_ref', credential_ref)
    from app.gateway_account where tenant_id = tenant);
end $$;
comment on function ops.set_gateway_secret(jsonb) is 'Rotates the webhook secret of a shop''s gateway account; answers with its endpoint.';
