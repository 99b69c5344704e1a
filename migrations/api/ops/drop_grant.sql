-- For the command line: takes back whatever grant an address has, the last administrator's too.
create or replace function ops.drop_grant(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant;
begin
  perform set_config('app.tenant_id', app.platform_id()::text, true), set_config('app.actor', 'operator', true);
  update ops.platform_grant x set revoked_at = now() from identity.account a
  where x.tenant_id = app.platform_id() and x.revoked_at is null and x.ends_at > now()
    and a.realm_id = x.realm_id and a.id = x.account_id and a.email = lower(trim(input ->> 'email'))
  returning x.* into g;
  if g.id is null then perform app.refuse(404, 'grant_not_found'); end if;
  return ops.grant_view(g);
end $$;
comment on function ops.drop_grant(jsonb) is 'Takes a grant back from the command line; refuses grant_not_found.';
