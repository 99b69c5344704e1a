create or replace function app.integration_view(i app.integration) returns jsonb
language plpgsql stable
as $$
begin
  return jsonb_build_object('id', app.public_id('int', i.id), 'name', i.name, 'scopes', to_jsonb(i.scopes),
    'allowed_addresses', to_jsonb(i.allowed_addresses), 'rate_per_minute', i.rate_per_minute,
    'keys', coalesce((select jsonb_agg(app.key_view(k) order by k.created_at desc, k.id) from app.api_key k
      where k.tenant_id = i.tenant_id and k.integration_id = i.id and k.revoked_at is null and k.expires_at > now()), '[]'),
    'created_at', app.iso(i.created_at), 'updated_at', app.iso(i.updated_at), 'version', i.version);
end $$;
comment on function app.integration_view(app.integration) is 'A program with its live keys, as the API shows it.';
