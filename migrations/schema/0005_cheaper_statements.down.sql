set local role superadmin;
alter table app.sales_order add constraint sales_order_tenant_id_fkey foreign key (tenant_id) references app.tenant (id);
alter table app.cart add constraint cart_tenant_id_fkey foreign key (tenant_id) references app.tenant (id);
