-- A domain as its shop's staff see it. A pending one that was not verified in time is `expired`, and its token good for nothing.
create or replace function app.domain_view(d app.tenant_domain) returns jsonb
language plpgsql stable
as $$
begin
  return jsonb_build_object('id', d.id, 'domain', d.domain, 'is_primary', d.is_primary,
    'status', case when d.expires_at <= now() then 'expired' else d.status end, 'token', case when d.expires_at > now() then d.token end,
    'expires_at', app.iso(d.expires_at), 'verified_at', app.iso(d.verified_at), 'redirects_until', app.iso(case when d.former_until > now() then d.former_until end),
    'created_at', app.iso(d.created_at), 'updated_at', app.iso(d.updated_at), 'version', d.version);
end $$;
comment on function app.domain_view(app.tenant_domain) is 'A custom domain with its state.';
