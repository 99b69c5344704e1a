-- DELETE platform/grants/{id}: over from the person's next request on. The last administrator stays: nobody could let another one in. Administrators
-- are locked first and in one order: of two who take each other's grant back, one stays.
create or replace function ops.grant_revoke(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'grants.manage', null, input ->> 'id');
begin
  perform from ops.platform_grant x
  where x.tenant_id = app.tenant_id() and x.role = 'platform_admin' and x.revoked_at is null order by x.id for no key update;
  select x.* into g from ops.platform_grant x where x.tenant_id = app.tenant_id() and x.id = (input ->> 'id')::uuid for no key update;
  if g.id is null then perform app.refuse(404, 'grant_not_found'); end if;
  if g.revoked_at is not null or g.ends_at <= now() then return ops.grant_view(g); end if;
  if g.role = 'platform_admin' and not exists (
    select from ops.platform_grant x join identity.account a on a.realm_id = x.realm_id and a.id = x.account_id
    where x.tenant_id = app.tenant_id() and x.role = 'platform_admin' and x.id <> g.id and x.revoked_at is null
      and now() >= x.starts_at and now() < x.ends_at and a.status = 'active' and a.deleted_at is null)
  then perform app.refuse(409, 'last_platform_admin'); end if;
  update ops.platform_grant x set revoked_at = now() where x.tenant_id = app.tenant_id() and x.id = g.id returning * into g;
  return ops.grant_view(g);
end $$;
comment on function ops.grant_revoke(jsonb, jsonb) is 'Takes a grant back; refuses grant_not_found, last_platform_admin.';
