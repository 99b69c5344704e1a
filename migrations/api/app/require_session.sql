-- For functions that serve somebody who is signed in.
create or replace function app.require_session() returns identity.account
language plpgsql volatile
as $$
declare
  a identity.account;
begin
  select x.* into a from identity.account x 
  where x.id = app.account_id() and x.realm_id = case when app.customer_id() is null then app.staff_realm() else app.tenant_id() end;
  if a.id is null then perform app.refuse(401, 'authentication_required'); end if;
  return a;
end $$;
comment on function app.require_session() is 'The account that is signed in; refuses authentication_required.';
