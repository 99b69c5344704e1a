-- What pricing and payment need to know of a shop.
create or replace function app.shop_facts(t app.tenant) returns jsonb
language sql stable
as $$
  select jsonb_build_object('id', t.id, 'name', app.text_in(t.name, t.locale, t.locale), 'country', t.country, 'currency', t.currency,
    'locale', t.locale, 'show_available', t.show_available,
    'tax', jsonb_build_object('rate_bp', t.tax_rate_bp, 'included', t.tax_included))
$$;
comment on function app.shop_facts(app.tenant) is 'A shop as data for pricing.';
