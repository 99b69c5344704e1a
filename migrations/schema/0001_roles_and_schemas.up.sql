-- Roles and schemas (design §3, TEN-06). Passwords are set by the deployment, never here.
--
--   superadmin    owns every schema and table; migrations run as it
--   app_executor  runs the functions of schema api; no BYPASSRLS, owns no table
--   app_resolver  runs only the functions that find a tenant before one is known
--   app_user      logs in from the edge; may EXECUTE functions of schema api and nothing else
--   app_admin     logs in for cross-tenant work (schema ops)
do $$
declare
  role_name text;
begin
  foreach role_name in array array['superadmin', 'app_executor', 'app_resolver', 'app_user', 'app_admin'] loop
    -- Roles belong to the cluster: another database of it may have made them already, even at this moment.
    begin
      execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', role_name);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
end $$;

-- Attributes of a shared role are written only when they differ: concurrent databases would otherwise wait for each other.
do $$
begin
  if not (select rolcanlogin from pg_roles where rolname = 'app_user') then
    alter role app_user login;
    -- A guest that dies or a connection that is forgotten must not hold locks (reliability §3.1).
    alter role app_user set statement_timeout = '4s';
    alter role app_user set lock_timeout = '3s';
    alter role app_user set idle_in_transaction_session_timeout = '1s';
    alter role app_user set jit = off;
  end if;
  if not (select rolcanlogin from pg_roles where rolname = 'app_admin') then
    alter role app_admin login;
    alter role app_admin set statement_timeout = '30s';
    alter role app_admin set lock_timeout = '3s';
    alter role app_admin set idle_in_transaction_session_timeout = '1s';
  end if;
end $$;

-- The migrating login acts for these roles; a superuser may already.
do $$
begin
  if not pg_has_role(current_user, 'superadmin', 'member') then
    execute format('grant superadmin, app_executor, app_resolver to %I', current_user);
  end if;
end $$;

revoke all on schema public from public;
revoke create on schema public from public;

create schema app authorization superadmin;
comment on schema app is 'Tables and the helpers of their functions. Nothing here can be reached by app_user.';
create schema api authorization superadmin;
comment on schema api is 'The functions the edge calls: SELECT api.<function>(context, input).';
create schema audit authorization superadmin;
comment on schema audit is 'Who changed what, written by triggers, append-only (AUD-02, ruling C-20).';
create schema ops authorization superadmin;
comment on schema ops is 'Cross-tenant work of the platform, for app_admin and migrations only.';

grant usage on schema api to app_user, app_executor;
grant usage on schema app to app_executor, app_resolver;
grant usage on schema audit to app_executor;
grant usage on schema ops to app_admin;

-- New functions are nobody's until migrations/api/grants.sql says otherwise.
alter default privileges for role superadmin revoke execute on functions from public;
