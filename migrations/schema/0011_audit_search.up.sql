-- The trail is read by those who may (AUD-04). What writes it still cannot read it, and what reads it writes nothing: api.trail_* run as
-- app_auditor.
do $$
begin
  begin
    create role app_auditor nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  exception when duplicate_object or unique_violation then
    null;
  end;
  if not pg_has_role(current_user, 'app_auditor', 'member') then
    execute format('grant app_auditor to %I', current_user);
  end if;
end $$;
grant usage on schema app, api, audit to app_auditor;

set local role superadmin;
grant select on app.tenant, audit.entry to app_auditor;
