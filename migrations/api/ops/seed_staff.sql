-- Makes somebody a member of a shop, or changes the role: an account without a password, which its owner sets by the reset link.
create or replace function ops.seed_staff(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog
as $$
declare
  tenant uuid := (select id from app.tenant where slug = input ->> 'slug' and deleted_at is null);
  address text := lower(trim(input ->> 'email'));
  account uuid;
  made boolean := false;
begin
  if tenant is null then perform app.refuse(404, 'tenant_not_found'); end if;
  perform set_config('app.tenant_id', tenant::text, true), set_config('app.actor', 'operator', true);
  made := not exists (select from identity.account a where a.realm_id = app.staff_realm() and a.email = address and a.deleted_at is null);
  account := ops.seed_account(input);
  insert into app.membership as m (tenant_id, id, account_id, role) values (tenant, app.uuid_v7(), account, input ->> 'role')
  on conflict on constraint membership_account_id_key do update set role = excluded.role, status = 'active'
    where (m.role, m.status) is distinct from (excluded.role, 'active');
  return jsonb_build_object('account_id', account, 'created', made, 'role', input ->> 'role');
end $$;
comment on function ops.seed_staff(jsonb) is 'Creates a staff account and its membership of a shop; idempotent.';
