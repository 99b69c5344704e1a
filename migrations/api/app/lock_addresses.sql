-- Addresses of one customer change one after another: which is the default, and how many there may be, is about all of them.
create or replace function app.lock_addresses(tenant uuid, customer uuid) returns int
language plpgsql volatile
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('customer_address ' || tenant || customer, 0));
  return (select count(*) from app.customer_address a where a.tenant_id = tenant and a.customer_id = customer and a.deleted_at is null);
end $$;
comment on function app.lock_addresses(uuid, uuid) is 'Serialises changes of a customer''s addresses; how many there are.';
