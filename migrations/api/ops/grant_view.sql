-- A grant with whose it is.
create or replace function ops.grant_view(g ops.platform_grant) returns jsonb
language plpgsql stable
as $$
begin
  return (select jsonb_build_object('id', app.public_id('grn', g.id), 'account_id', app.public_id('usr', a.id), 'email', a.email, 'given_name', a.given_name, 'family_name', a.family_name,
    'role', g.role, 'tenants', (select jsonb_agg(app.public_id('ten', s) order by n) from unnest(g.shops) with ordinality x (s, n)), 'reason', g.reason, 'granted_by', g.created_by,
    'status', case when g.revoked_at is not null and g.revoked_at < g.ends_at then 'revoked' when now() >= g.ends_at then 'ended'
      when now() < g.starts_at then 'waiting' else 'active' end,
    'starts_at', app.iso(g.starts_at), 'ends_at', app.iso(g.ends_at), 'revoked_at', app.iso(g.revoked_at))
    from identity.account a where a.realm_id = g.realm_id and a.id = g.account_id);
end $$;
comment on function ops.grant_view(ops.platform_grant) is 'A grant as the platform''s administrators see it.';
