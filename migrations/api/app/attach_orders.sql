-- Guest orders with an e-mail that has just been proved are the customer's.
create or replace function app.attach_orders(a identity.account) returns int
language plpgsql volatile
as $$
declare
  attached int := 0;
begin
  if a.kind = 'customer' and a.email_verified_at is not null then
    update app.sales_order o set customer_id = a.id
    where o.tenant_id = a.realm_id and lower(o.email) = a.email and o.customer_id is null;
    get diagnostics attached = row_count;
  end if;
  return attached;
end $$;
comment on function app.attach_orders(identity.account) is 'Attaches guest orders to a customer by verified e-mail; how many.';
