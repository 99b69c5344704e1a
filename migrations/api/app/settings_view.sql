-- A shop as its staff see it.
create or replace function app.settings_view(t app.tenant) returns jsonb
language plpgsql stable
as $$
begin
  return jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name, 'status', t.status, 'region', t.region, 'locale', t.locale,
    'locales', to_jsonb(t.locales), 'currency', t.currency, 'timezone', t.timezone, 'country', t.country,
    'tax', jsonb_build_object('rate_bp', t.tax_rate_bp, 'included', t.tax_included), 'show_available', t.show_available,
    'mfa', t.mfa, 'mfa_roles', to_jsonb(t.mfa_roles), 'password_rules', t.password_rules, 'cors_origins', to_jsonb(t.cors_origins),
    'domains', coalesce((select jsonb_agg(jsonb_build_object('domain', d.domain, 'is_primary', d.is_primary) order by d.is_primary desc, d.domain)
      from app.tenant_domain d where d.tenant_id = t.id and d.status = 'verified'), '[]'),
    'plan', app.plan_view(t), 'created_at', app.iso(t.created_at), 'updated_at', app.iso(t.updated_at), 'version', t.version);
end $$;
comment on function app.settings_view(app.tenant) is 'All settings of a shop, with the domains that it has verified.';
