-- Gives somebody a grant; one that has run out makes room for it. Runs in the platform's tenant.
create or replace function ops.add_grant(account uuid, wanted_id uuid, input jsonb, why text) returns ops.platform_grant
language plpgsql volatile
as $$
declare
  ends timestamptz := (input ->> 'ends_at')::timestamptz;
  -- Shops are not asked for here, where they may be hidden: who calls has looked.
  shops uuid[] := case when jsonb_typeof(input -> 'shops') = 'array' then array(select x::uuid from jsonb_array_elements_text(input -> 'shops') x) end;
  g ops.platform_grant;
begin
  if ends <= now() or ends > now() + interval '366 days' then
    perform app.refuse(422, 'invalid_request', '{"field": "ends_at", "code": "out_of_range"}');
  end if;
  update ops.platform_grant x set revoked_at = x.ends_at
  where x.tenant_id = app.platform_id() and x.account_id = account and x.revoked_at is null and x.ends_at <= now();
  insert into ops.platform_grant (tenant_id, id, account_id, role, shops, reason, ends_at, epoch)
  values (app.platform_id(), wanted_id, account, input ->> 'role', shops, why, ends,
    (select count(*) + 1 from ops.platform_grant x where x.tenant_id = app.platform_id() and x.account_id = account))
  on conflict (tenant_id, account_id) where revoked_at is null do nothing
  returning * into g;
  if g.id is null then perform app.refuse(409, 'grant_exists'); end if;
  return g;
end $$;
comment on function ops.add_grant(uuid, uuid, jsonb, text) is 'Writes a grant; refuses grant_exists and an end that is past or more than a year away.';
