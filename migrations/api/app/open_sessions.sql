-- Where an account is signed in at this tenant, the latest used first.
create or replace function app.open_sessions(a identity.account) returns jsonb
language plpgsql stable
as $$
begin
  return jsonb_build_object('sessions', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', s.id, 'label', s.label, 'user_agent', s.user_agent, 'ip', u.ip, 'fingerprint', s.fingerprint, 'methods', to_jsonb(s.methods),
      'created_at', app.iso(s.created_at), 'authenticated_at', app.iso(s.authenticated_at), 'last_seen_at', app.iso(u.seen_at),
      'expires_at', app.iso(s.expires_at), 'current', s.id = app.session_id()) order by u.seen_at desc, s.id), '[]')
    from app.session s join app.session_use u on u.tenant_id = s.tenant_id and u.session_id = s.id
    where s.tenant_id = app.tenant_id() and s.account_id = a.id and s.epoch = a.epoch and s.ended_at is null and s.expires_at > now()));
end $$;
comment on function app.open_sessions(identity.account) is 'Sessions of an account at the running tenant that are not over.';
