-- For functions that serve a customer who is signed in.
create or replace function app.require_customer() returns uuid
language plpgsql stable
as $$
begin
  if app.customer_id() is null then perform app.refuse(401, 'authentication_required'); end if;
  return app.customer_id();
end $$;
comment on function app.require_customer() is 'The customer who is signed in; refuses authentication_required.';
