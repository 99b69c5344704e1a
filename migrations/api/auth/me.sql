-- GET me
create or replace function api.auth_me(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.require_session();
begin
  return app.account_view(a) || jsonb_build_object('cart_id', (
    select c.id from app.cart c where c.tenant_id = t.id and c.customer_id = app.customer_id() and c.status = 'open'
    order by c.updated_at desc, c.id limit 1));
end $$;
comment on function api.auth_me(jsonb, jsonb) is 'The caller''s account.';
