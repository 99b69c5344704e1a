-- Proves the session that a token names, within the statement that serves the request: not ended, not expired, of this account,
-- which is active, and of its present epoch. So logout, suspension, change of role and password hold from the next request on.
-- Runs as app_identity (migrations/api/grants.sql): whoever serves the request reads no session.
create or replace function app.enter_session(claimed jsonb) returns void
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  s app.session;
  a identity.account;
  standing record;
  done text;
begin
  -- Another shop's token says nothing here, not even whether it is good (ruling C-05).
  if (claimed ->> 'tenant_id')::uuid <> app.tenant_id() then perform app.refuse(404, 'tenant_not_found'); end if;
  select x.* into s from app.session x where x.tenant_id = app.tenant_id() and x.id = (claimed ->> 'id')::uuid
    and x.account_id = (claimed ->> 'account_id')::uuid and x.ended_at is null and x.expires_at > now();
  select x.* into a from identity.account x where x.realm_id = s.realm_id and x.id = s.account_id;
  standing := app.standing(a);
  if standing.role is null or a.kind is distinct from claimed ->> 'kind' or s.epoch <> a.epoch
    or standing.epoch is distinct from (claimed ->> 'epoch')::bigint
  then perform app.refuse(401, 'session_ended'); end if;
  if claimed ->> 'fresh_s' is not null and s.authenticated_at < now() - make_interval(secs => (claimed ->> 'fresh_s')::int)
  then perform app.refuse(403, 'step_up_required', jsonb_build_object('max_age_s', (claimed ->> 'fresh_s')::int)); end if;
  done := set_config('app.session_id', s.id::text, true) || set_config('app.account_id', a.id::text, true)
    || set_config('app.customer_id', case a.kind when 'customer' then a.id::text else '' end, true);
  update app.session_use u set seen_at = now(), ip = app.ip()
  where u.tenant_id = s.tenant_id and u.session_id = s.id and u.seen_at < now() - interval '1 minute';
end $$;
comment on function app.enter_session(jsonb) is 'Refuses a session that is over, an old token of it, or one that is not fresh enough; tells who is signed in.';
