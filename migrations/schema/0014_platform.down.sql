set local role superadmin;
revoke select (realm_id, id, email, given_name, family_name, status, deleted_at) on identity.account from app_operator;
drop policy account_operator on identity.account;
revoke insert on app.invitation, app.message, audit.entry from app_operator;
revoke select on app.tenant_domain from app_operator;
revoke select, insert, update on app.tenant from app_operator;
drop policy tenant_domain_operator on app.tenant_domain;
drop policy tenant_operator on app.tenant;
drop table ops.access;
drop table ops.platform_grant;

-- The platform goes with what its people left there. Its trail goes too: nothing would lead to it any more.
do $$
declare
  step text;
begin
  perform set_config('app.tenant_id', app.platform_id()::text, true);
  foreach step in array array['app.refresh_token', 'app.session_use', 'app.session', 'app.message', 'app.event_feed', 'identity.challenge'] loop
    execute format('delete from %s where tenant_id = app.platform_id()', step);
  end loop;
  delete from identity.throttle where realm_id = app.platform_id();
  delete from app.tenant where id = app.platform_id();
  delete from audit.attempt where tenant_id = app.platform_id();
  delete from audit.entry where tenant_id = app.platform_id();
end $$;
alter table app.tenant drop column former_slug, drop column former_slug_until;
drop function app.platform_id();
-- The role stays, as the others do: it belongs to the cluster.
reset role;
revoke usage on schema app, audit, identity, ops from app_operator;
revoke usage on schema ops from app_identity, app_auditor;
