set local role superadmin;

drop index app.membership_role_idx;
comment on column app.membership.role is 'name of a shipped bundle of permissions; the catalogue is in Rust';
-- Nobody comes back in by going down.
update app.membership set status = 'suspended' where status = 'removed';
alter table app.membership drop constraint membership_status_check;
alter table app.membership add constraint membership_status_check check (status in ('active', 'suspended'));
revoke update (epoch) on app.membership from app_executor;
drop table app.role;
