-- GET sessions: where the account is signed in at this tenant, newest first.
create or replace function api.auth_sessions(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.require_session();
begin
  return jsonb_build_object('sessions', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', s.id, 'label', s.label, 'user_agent', s.user_agent, 'ip', u.ip, 'fingerprint', s.fingerprint, 'methods', to_jsonb(s.methods),
      'created_at', app.iso(s.created_at), 'authenticated_at', app.iso(s.authenticated_at), 'last_seen_at', app.iso(u.seen_at),
      'expires_at', app.iso(s.expires_at), 'current', s.id = app.session_id()) order by u.seen_at desc, s.id), '[]')
    from app.session s join app.session_use u on u.tenant_id = s.tenant_id and u.session_id = s.id
    where s.tenant_id = t.id and s.account_id = a.id and s.epoch = a.epoch and s.ended_at is null and s.expires_at > now()));
end $$;
comment on function api.auth_sessions(jsonb, jsonb) is 'Sessions of the caller at this tenant.';
