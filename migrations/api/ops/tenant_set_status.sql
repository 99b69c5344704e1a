-- POST tenants/{id}/suspend and …/restore, DELETE tenants/{id}. What is so already stays so. A deleted shop comes back as it was, as long as its rows
-- are there and nobody else has taken its slug.
create or replace function ops.tenant_set_status(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'tenants.manage', (input ->> 'id')::uuid, input ->> 'status');
  wanted text := input ->> 'status';
  t app.tenant;
begin
  select x.* into t from app.tenant x where x.id = app.tenant_id() for no key update;
  if t.version <> (input ->> 'version')::bigint then perform app.refuse(412, 'version_mismatch', jsonb_build_object('version', t.version)); end if;
  if wanted = 'paused' and t.deleted_at is not null then perform app.refuse(409, 'tenant_deleted'); end if;
  if wanted = (case when t.deleted_at is null then t.status else 'deleted' end) then return jsonb_build_object('version', t.version, 'tenant', ops.tenant_view(t)); end if;
  perform ops.claim_slug(t.id, t.slug);
  begin
    update app.tenant x set status = case wanted when 'deleted' then x.status else wanted end,
      deleted_at = case wanted when 'deleted' then now() end
    where x.id = t.id returning x.* into t;
  exception when unique_violation then
    perform app.refuse(409, 'slug_taken');
  end;
  return jsonb_build_object('version', t.version, 'tenant', ops.tenant_view(t));
end $$;
comment on function ops.tenant_set_status(jsonb, jsonb) is 'Suspends, restores or deletes a shop; refuses version_mismatch, tenant_deleted, slug_taken.';
