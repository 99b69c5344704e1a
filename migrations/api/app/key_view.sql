-- Its first characters recognise a key: they are those of its id.
create or replace function app.key_view(k app.api_key) returns jsonb
language plpgsql stable
as $$
declare
  u app.api_key_use;
begin
  select x.* into u from app.api_key_use x where x.tenant_id = k.tenant_id and x.key_id = k.id;
  return jsonb_build_object('id', app.public_id('key', k.id), 'prefix', app.public_id('wsk', k.id), 'expires_at', app.iso(k.expires_at),
    'revoked_at', app.iso(k.revoked_at), 'last_used_at', app.iso(u.seen_at), 'last_used_from', u.ip, 'created_at', app.iso(k.created_at));
end $$;
comment on function app.key_view(app.api_key) is 'A key as the API shows it: never the secret.';
