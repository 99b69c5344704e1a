-- Applied after the functions, whenever one changed: who owns and who may call them. Functions of schema api run as
-- app_executor, which no policy exempts; those that prove who somebody is, and whoever belongs to a shop, as app_identity; those that
-- read the trail as app_auditor, the one that seals it as app_sealer; those that look for a tenant as app_resolver; app_user may call schema api.
do $$
declare
  f record;
  home text;
begin
  for f in
    select p.oid::regprocedure as signature, n.nspname as schema, p.proname as name, r.rolname as owner
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner
    where n.nspname in ('api', 'app', 'ops')
  loop
    home := case
      when f.schema = 'api' and (f.name ~ '^(auth|invitation|member)_' or f.name = 'jobs_identity_purge') or f.name = 'enter_session' then 'app_identity'
      when f.schema = 'api' and f.name ~ '^trail_' then 'app_auditor'
      when f.schema = 'api' and f.name = 'jobs_seal_audit' then 'app_sealer'
      when f.schema = 'api' or f.schema = 'app' and f.name = 'note_read' then 'app_executor'
      when f.schema = 'app' and f.name in ('resolve_tenant', 'live_tenants', 'all_tenants', 'tenant_by_endpoint', 'domains_of') then 'app_resolver'
      else 'superadmin' end;
    if f.owner <> home then execute format('alter function %s owner to %I', f.signature, home); end if;
  end loop;
end $$;
revoke all on all functions in schema app, api, ops from public;
grant execute on all functions in schema app to app_executor, app_resolver, app_identity, app_auditor, app_sealer;
grant execute on all functions in schema api to app_user;
grant execute on all functions in schema ops to app_admin;
