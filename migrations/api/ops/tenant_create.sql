-- POST tenants: a shop, and the letter that asks its owner in. That nobody else has the slug is the index's to say, of two at once too.
create or replace function ops.tenant_create(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'tenants.manage', null, input ->> 'slug');
  t app.tenant := ops.terms(input);
begin
  if g.shops is not null then perform app.refuse(403, 'forbidden'); end if;
  perform set_config('app.tenant_id', input ->> 'id', true);
  t.locale := input ->> 'locale';
  t.locales := array(select jsonb_array_elements_text(input -> 'locales'));
  t.name := input -> 'name';
  perform app.check_names(t);
  perform ops.claim_slug((input ->> 'id')::uuid, input ->> 'slug');
  begin
    insert into app.tenant (id, slug, name, region, locale, locales, currency, currency_exponent, timezone, country, tax_rate_bp, tax_included, plan,
      plan_revision, limits, features)
    values ((input ->> 'id')::uuid, input ->> 'slug', t.name, input ->> 'region', t.locale, t.locales, input ->> 'currency',
      (input ->> 'currency_exponent')::int, input ->> 'timezone', input ->> 'country', (input ->> 'tax_rate_bp')::int, (input ->> 'tax_included')::boolean, t.plan,
      t.plan_revision, t.limits, t.features)
    returning * into t;
  exception when unique_violation then
    perform app.refuse(409, 'slug_taken');
  end;
  insert into app.invitation (tenant_id, id, email, role, account_id, secret_hash, expires_at)
  values (t.id, (input #>> '{owner,id}')::uuid, input #>> '{owner,email}', 'owner', (input #>> '{owner,link,account_id}')::uuid,
    decode(input #>> '{owner,link,secret_hash}', 'hex'), now() + make_interval(secs => (input #>> '{owner,link,ttl_s}')::int));
  perform app.send_message(input #> '{owner,link,message}', input #>> '{owner,email}', (input #>> '{owner,link,account_id}')::uuid);
  return jsonb_build_object('version', t.version, 'tenant', ops.tenant_view(t));
end $$;
comment on function ops.tenant_create(jsonb, jsonb) is 'Creates a shop and invites its owner; refuses slug_taken.';
