set local role superadmin;

revoke insert on app.membership from app_identity;
drop table app.invitation;
