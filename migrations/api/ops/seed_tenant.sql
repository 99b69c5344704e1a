-- Loads one demo shop (migrations/seed/*.json) as a whole; a shop that is there already is left as it is.
create or replace function ops.seed_tenant(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog
as $$
declare
  s jsonb := input -> 'tenant';
  tenant uuid := (select id from app.tenant where slug = s ->> 'slug' and deleted_at is null);
begin
  if tenant is not null then return jsonb_build_object('tenant', s ->> 'slug', 'created', false); end if;
  tenant := app.uuid_v7();
  perform set_config('app.tenant_id', tenant::text, true), set_config('app.actor', 'seed', true);
  insert into app.tenant (id, slug, name, region, locale, locales, currency, currency_exponent, timezone, country, tax_rate_bp, tax_included, show_available)
  values (tenant, s ->> 'slug', s -> 'name', s ->> 'region', s ->> 'locale', array(select jsonb_array_elements_text(s -> 'locales')),
    s ->> 'currency', case when s ->> 'currency' in ('KWD', 'BHD', 'OMR', 'JOD') then 3 when s ->> 'currency' = 'JPY' then 0 else 2 end,
    s ->> 'timezone', s ->> 'country', (s #>> '{tax,rate_bp}')::int, (s #>> '{tax,included}')::boolean, (s ->> 'show_available')::boolean);
  insert into app.tenant_domain (tenant_id, id, domain, is_primary, status, verified_at)
  select tenant, app.uuid_v7(), d, n = 1, 'verified', now() from jsonb_array_elements_text(input -> 'domains') with ordinality x (d, n);
  insert into app.shipping_method (tenant_id, id, code, name, flat_minor, free_above_minor, countries)
  select tenant, app.uuid_v7(), m ->> 'code', m -> 'name', (m ->> 'flat_minor')::bigint, (m ->> 'free_above_minor')::bigint,
    array(select jsonb_array_elements_text(m -> 'countries'))
  from jsonb_array_elements(input -> 'shipping_methods') m;
  insert into app.gateway_account (tenant_id, id, provider, mode, credential_ref, endpoint_id)
  select tenant, app.uuid_v7(), g ->> 'provider', g ->> 'mode', g ->> 'credential_ref',
    -- 128 random bits: two random UUIDs hashed, since one has only 122.
    md5(gen_random_uuid()::text || gen_random_uuid()::text)::uuid
  from (select input -> 'gateway') x (g);
  perform ops.seed_categories(tenant, input -> 'categories');
  perform ops.seed_products(tenant, input -> 'products');
  return jsonb_build_object('tenant', s ->> 'slug', 'created', true,
    'categories', (select count(*) from app.category c where c.tenant_id = tenant),
    'products', (select count(*) from app.product p where p.tenant_id = tenant),
    'variants', (select count(*) from app.variant v where v.tenant_id = tenant));
end $$;
comment on function ops.seed_tenant(jsonb) is 'Loads a demo shop; idempotent by slug.';
