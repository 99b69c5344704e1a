-- What the edge keeps of a tenant (TEN-14).
create or replace function app.tenant_view(t app.tenant) returns jsonb
language sql stable
as $$
  select jsonb_build_object(
    'id', t.id, 'slug', t.slug, 'name', t.name, 'locale', t.locale, 'locales', to_jsonb(t.locales), 'currency', t.currency,
    'timezone', t.timezone, 'country', t.country, 'tax', jsonb_build_object('rate_bp', t.tax_rate_bp, 'included', t.tax_included),
    'show_available', t.show_available, 'catalog_version', t.catalog_version, 'active', t.status = 'active',
    'domains', app.domains_of(t.id), 'cors_origins', to_jsonb(t.cors_origins))
$$;
comment on function app.tenant_view(app.tenant) is 'Tenant context for the edge.';
