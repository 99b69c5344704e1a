-- Applied after the functions, whenever one changed: who owns and who may call them. Functions of schema api run as
-- app_executor, which no policy exempts; those that prove who somebody is, and whoever belongs to a shop, as app_identity; those that
-- read the trail as app_auditor, the one that seals it as app_sealer; those that look for a tenant as app_resolver; app_user may call schema api.
-- Of schema ops, app_admin may call what takes (context, input): those run as app_operator, and prove in ops.enter who calls. The others are for
-- migrations and seeds.
do $$
declare
  f record;
  home text;
begin
  for f in
    select p.oid::regprocedure as signature, n.nspname as schema, p.proname as name, r.rolname as owner,
      p.proargnames[1:2] = '{context,input}' and p.pronargs = 2 as edge
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner
    where n.nspname in ('api', 'app', 'ops')
  loop
    home := case
      when f.schema = 'api' and (f.name ~ '^(auth|invitation|member)_' or f.name = 'jobs_identity_purge') or f.name = 'enter_session' then 'app_identity'
      when f.schema = 'api' and f.name ~ '^trail_' then 'app_auditor'
      when f.schema = 'api' and f.name = 'jobs_seal_audit' then 'app_sealer'
      when f.schema = 'api' or f.schema = 'app' and f.name in ('note_read', 'enter_key') then 'app_executor'
      when f.schema = 'app' and f.name in ('resolve_tenant', 'live_tenants', 'all_tenants', 'tenant_by_endpoint', 'domains_of', 'due_tenant', 'moved_tenant', 'domain_is_taken') then 'app_resolver'
      when f.schema = 'ops' and f.name = 'access_list' then 'app_auditor'
      when f.schema = 'ops' and (f.name = 'enter' or f.edge and f.name <> 'purge_tenants') then 'app_operator'
      else 'superadmin' end;
    if f.owner <> home then execute format('alter function %s owner to %I', f.signature, home); end if;
  end loop;
end $$;
revoke all on all functions in schema app, api, ops from public;
grant execute on all functions in schema app to app_executor, app_resolver, app_identity, app_auditor, app_sealer, app_operator;
grant execute on all functions in schema api to app_user;
revoke all on all functions in schema ops from app_admin, app_operator, app_auditor;
-- The one who purges asks whom.
grant execute on function app.due_tenant() to superadmin;
grant execute on function ops.enter(jsonb, text, uuid, text) to app_operator, app_auditor;
grant execute on function ops.tenant_view(app.tenant), ops.grant_view(ops.platform_grant), ops.claim_slug(uuid, text, text), ops.plan_view(ops.plan), ops.terms(jsonb),
  ops.add_grant(uuid, uuid, jsonb, text) to app_operator;
do $$
declare
  f regprocedure;
begin
  for f in select p.oid from pg_proc p where p.pronamespace = 'ops'::regnamespace and p.pronargs = 2 and p.proargnames[1:2] = '{context,input}' loop
    execute format('grant execute on function %s to app_admin', f);
  end loop;
end $$;
