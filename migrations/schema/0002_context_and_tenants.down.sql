set local role superadmin;
drop table app.tenant_domain;
drop table app.tenant;
drop function app.protect(regclass, text[]);
drop function app.touch_row();
drop function app.audit_row();
drop table audit.entry;
drop function app.actor();
drop function app.tenant_id();
