set local role superadmin;
drop table audit.link;
revoke select on audit.entry from app_sealer;
drop trigger attempt_audit on audit.attempt;
-- What was read stays told, as an update of nothing: the constraint that comes back does not know reading.
alter table audit.entry drop constraint entry_action_check;
alter table audit.entry no force row level security;
update audit.entry set action = 'update' where action = 'read';
alter table audit.entry force row level security;
alter table audit.entry add constraint entry_action_check check (action in ('insert', 'update', 'delete'));
comment on column audit.entry.action is null;
alter table audit.entry drop column reason;
drop function app.reason();
-- The role stays, as the others do: it belongs to the cluster.
reset role;
revoke usage on schema app, api, audit from app_sealer;
