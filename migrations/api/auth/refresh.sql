-- Rotation in one statement: the token is used once and gets its one child. The direct parent of a child that nobody has used
-- yet may come again within the grace (an answer was lost, two tabs) and gets that same child, sealed as it was stored. Any
-- other second use means that the token is in two hands: the session ends, and that commits (RFC 9700 §4.14.2).
create or replace function api.auth_refresh(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  presented bytea := decode(input ->> 'refresh_hash', 'hex');
  token app.refresh_token;
  child app.refresh_token;
  s app.session;
  a identity.account;
  standing record;
  rotated boolean;
begin
  select r.* into token from app.refresh_token r where r.tenant_id = t.id and r.hash = presented and r.expires_at > now();
  select x.* into s from app.session x
  where x.tenant_id = t.id and x.id = token.session_id and x.ended_at is null and x.expires_at > now();
  select x.* into a from identity.account x where x.realm_id = s.realm_id and x.id = s.account_id;
  standing := app.standing(a);
  if standing.role is null or s.epoch <> a.epoch or a.kind is distinct from input ->> 'kind' then
    perform app.note_attempt(input, 'refresh', 'failed', a.id, null, s.id);
    return app.refused(401, 'session_ended');
  end if;

  update app.refresh_token r set used_at = clock_timestamp(), child_hash = decode(input ->> 'child_hash', 'hex'), child_sealed = input ->> 'child_sealed'
  where r.tenant_id = t.id and r.hash = presented and r.used_at is null returning r.* into token;
  rotated := found;
  if rotated then
    insert into app.refresh_token (tenant_id, hash, session_id, parent_hash, expires_at)
    values (t.id, token.child_hash, s.id, presented, least(s.expires_at, now() + make_interval(secs => (input ->> 'refresh_ttl_s')::int)))
    returning * into child;
  else
    select r.* into token from app.refresh_token r where r.tenant_id = t.id and r.hash = presented;
    select r.* into child from app.refresh_token r where r.tenant_id = t.id and r.hash = token.child_hash and r.used_at is null
      and token.used_at > now() - make_interval(secs => (input ->> 'grace_s')::int);
    if child.hash is null then return app.refuse_reuse(input, s); end if;
  end if;
  perform app.note_attempt(input, 'refresh', 'succeeded', a.id, case when not rotated then 'within_grace' end, s.id);
  update app.session_use u set seen_at = now(), ip = app.ip() where u.tenant_id = t.id and u.session_id = s.id and u.seen_at < now() - interval '1 minute';
  return app.token_facts(a) || jsonb_build_object(
    'account', app.account_view(a), 'session_id', s.id,
    'session_expires_at', app.iso(s.expires_at), 'refresh_expires_at', app.iso(child.expires_at),
    'child', case when rotated then 'new' else 'stored' end, 'child_sealed', token.child_sealed);
end $$;
comment on function api.auth_refresh(jsonb, jsonb) is 'Rotates a refresh token; ends the session when a spent one comes again.';
