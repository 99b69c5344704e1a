set local role superadmin;
revoke select on app.tenant, audit.entry from app_auditor;
-- The role stays, as the others do: it belongs to the cluster.
reset role;
revoke usage on schema app, api, audit from app_auditor;
