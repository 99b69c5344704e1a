-- POST tenants/me/domains/{id}/verify, after the token was seen in the domain's DNS: it counts for the very row that it was drawn for. That nobody else has
-- the name is the index's to say, of two at once too.
create or replace function api.domain_verify(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  d app.tenant_domain := app.require_domain((input ->> 'id')::uuid, null);
begin
  -- Two requests at once saw the same record: the second one finds it done.
  if d.status = 'verified' then return app.domain_view(d); end if;
  if d.token is distinct from input ->> 'token' then perform app.refuse(409, 'domain_not_pending'); end if;
  if d.expires_at <= now() then perform app.refuse(409, 'domain_expired'); end if;
  begin
    update app.tenant_domain x set status = 'verified', verified_at = now(), token = null, expires_at = null, former_until = null
    where x.tenant_id = t.id and x.id = d.id returning x.* into d;
  exception when unique_violation then
    perform app.refuse(409, 'domain_taken', '{"field": "domain"}');
  end;
  return app.domain_view(d);
end $$;
comment on function api.domain_verify(jsonb, jsonb) is 'Takes a proved domain into use; refuses domain_not_found, domain_not_pending, domain_expired, domain_taken.';
