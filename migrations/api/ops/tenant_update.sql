-- PATCH tenants/{id}. The currency is not among it: every price is in it. A changed slug leads on from the old one for a while, and changes once in
-- that while, but for back: each shop keeps two names at most.
create or replace function ops.tenant_update(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  g ops.platform_grant := ops.enter(context, 'tenants.manage', (input ->> 'id')::uuid, (select string_agg(k, ' ') from jsonb_object_keys(input -> 'patch') k));
  p jsonb := input -> 'patch';
  t app.tenant;
begin
  select x.* into t from app.tenant x where x.id = app.tenant_id() for no key update;
  if t.deleted_at is not null then perform app.refuse(409, 'tenant_deleted'); end if;
  if t.version <> (input ->> 'version')::bigint then perform app.refuse(412, 'version_mismatch', jsonb_build_object('version', t.version)); end if;
  t.locale := coalesce(p ->> 'locale', t.locale);
  t.locales := case when p ? 'locales' then array(select jsonb_array_elements_text(p -> 'locales')) else t.locales end;
  t.name := coalesce(p -> 'name', t.name);
  perform app.check_names(t);
  if p ->> 'slug' <> t.slug then
    if t.former_slug_until > now() and p ->> 'slug' <> t.former_slug then
      perform app.refuse(409, 'slug_changed_lately', jsonb_build_object('until', app.iso(t.former_slug_until)));
    end if;
    perform ops.claim_slug(t.id, p ->> 'slug', t.slug);
    t.former_slug := t.slug;
    t.former_slug_until := now() + interval '90 days';
  end if;
  begin
    update app.tenant x set former_slug = t.former_slug, former_slug_until = t.former_slug_until, name = t.name, locale = t.locale, locales = t.locales, slug = coalesce(p ->> 'slug', x.slug),
      region = coalesce(p ->> 'region', x.region), timezone = coalesce(p ->> 'timezone', x.timezone), country = coalesce(p ->> 'country', x.country),
      tax_rate_bp = coalesce((p ->> 'tax_rate_bp')::int, x.tax_rate_bp), tax_included = coalesce((p ->> 'tax_included')::boolean, x.tax_included),
      catalog_version = x.catalog_version + 1
    where x.id = t.id returning x.* into t;
  exception when unique_violation then
    perform app.refuse(409, 'slug_taken');
  end;
  return jsonb_build_object('version', t.version, 'tenant', ops.tenant_view(t));
end $$;
comment on function ops.tenant_update(jsonb, jsonb) is 'Changes a shop for the platform; refuses version_mismatch, slug_taken, tenant_deleted.';
