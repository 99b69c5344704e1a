-- POST platform/grants: for an account of staff that there is, and never for one's own.
create or replace function ops.grant_create(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'grants.manage', null, input ->> 'email');
  account uuid;
begin
  select a.id into account from identity.account a
  where a.realm_id = app.staff_realm() and a.email = input ->> 'email' and a.deleted_at is null and a.status = 'active';
  if account is null then perform app.refuse(404, 'account_not_found'); end if;
  if account = g.account_id then perform app.refuse(409, 'own_grant'); end if;
  if exists (select from jsonb_array_elements_text(case jsonb_typeof(input -> 'shops') when 'array' then input -> 'shops' else '[]' end) x
    where x::uuid = app.platform_id() or not exists (select from app.tenant t where t.id = x::uuid and t.deleted_at is null)) then
    perform app.refuse(422, 'invalid_request', '{"field": "tenants", "code": "unsupported"}');
  end if;
  g := ops.add_grant(account, (input ->> 'id')::uuid, input, context ->> 'reason');
  return ops.grant_view(g);
end $$;
comment on function ops.grant_create(jsonb, jsonb) is 'Gives somebody a grant; refuses account_not_found, own_grant, grant_exists.';
