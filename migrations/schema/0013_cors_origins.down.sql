set local role superadmin;

alter table app.tenant drop column cors_origins;
