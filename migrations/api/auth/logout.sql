-- Ends the session of the request, or, when its access token has run out, that of a refresh token. Whoever has neither is out already.
create or replace function api.auth_logout(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  s app.session;
begin
  select x.* into s from app.session x where x.tenant_id = t.id and x.ended_at is null and x.id = coalesce(app.session_id(), (
    select r.session_id from app.refresh_token r where r.tenant_id = t.id and r.hash = decode(input ->> 'refresh_hash', 'hex')));
  if s.id is not null then perform app.end_sessions(s.account_id, 'logout', wanted => s.id); end if;
  return jsonb_build_object('session_id', s.id);
end $$;
comment on function api.auth_logout(jsonb, jsonb) is 'Ends the session of the caller; its id, if there was one.';
