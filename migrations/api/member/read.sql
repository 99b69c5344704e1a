-- GET members/{id}
create or replace function api.member_read(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.require_account('staff', (input ->> 'account_id')::uuid, to_change => false);
begin
  return (select app.member_view(m) from app.membership m where m.tenant_id = t.id and m.account_id = a.id);
end $$;
comment on function api.member_read(jsonb, jsonb) is 'One member of a shop.';
