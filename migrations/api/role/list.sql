-- GET roles: the shop's own, with how many members have each role, shipped ones included.
create or replace function api.role_list(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  return jsonb_build_object(
    'roles', coalesce((select jsonb_agg(app.role_view(r) order by r.key) from app.role r where r.tenant_id = t.id and r.deleted_at is null), '[]'),
    'members', coalesce((select jsonb_object_agg(x.role, x.n) from (
      select m.role, count(*) as n from app.membership m where m.tenant_id = t.id and m.status <> 'removed' group by m.role) x), '{}'));
end $$;
comment on function api.role_list(jsonb, jsonb) is 'Roles of a shop and how many have them.';
