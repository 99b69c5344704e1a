set local role superadmin;
drop trigger product_limit on app.product;
drop function app.keep_product_limit();
revoke select (tenant_id, status, expires_at) on app.invitation from app_executor;
alter table app.tenant drop column plan, drop column plan_revision, drop column limits, drop column features;
select set_config('app.tenant_id', app.platform_id()::text, true);
delete from audit.entry where tenant_id = app.platform_id() and table_name = 'plan';
drop table ops.plan;
