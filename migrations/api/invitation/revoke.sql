-- DELETE invitations/{id}
create or replace function api.invitation_revoke(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  i app.invitation := app.require_invitation((input ->> 'id')::uuid, input -> 'may');
begin
  update app.invitation x set status = 'revoked' where x.tenant_id = t.id and x.id = i.id returning x.* into i;
  return app.invitation_view(i);
end $$;
comment on function api.invitation_revoke(jsonb, jsonb) is 'Takes an invitation back.';
