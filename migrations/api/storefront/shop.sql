-- GET /shop
create or replace function api.storefront_shop(context jsonb, input jsonb) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  lang text := app.pick_lang(input -> 'langs', t.locales, t.locale);
begin
  return jsonb_build_object('lang', lang, 'data', jsonb_build_object(
    'id', app.public_id('ten', t.id), 'slug', t.slug, 'name', app.text_in(t.name, lang, t.locale),
    'locale', t.locale, 'locales', to_jsonb(t.locales),
    'currency', jsonb_build_object('code', t.currency, 'exponent', t.currency_exponent),
    'timezone', t.timezone, 'country', t.country,
    'tax', jsonb_build_object('rate_bp', t.tax_rate_bp, 'included', t.tax_included),
    'shipping_methods', app.shipping_methods(lang, t),
    'payment_methods', case when exists (select from app.gateway_account a where a.tenant_id = t.id and a.is_active)
      then '["card"]'::jsonb else '[]'::jsonb end));
end $$;
comment on function api.storefront_shop(jsonb, jsonb) is 'The shop as shoppers see it.';
