-- The shop's active shipping methods, for pricing.
create or replace function app.shipping_facts(t app.tenant, lang text) returns jsonb
language plpgsql stable
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'code', m.code, 'name', app.text_in(m.name, lang, t.locale), 'flat_minor', m.flat_minor,
      'free_above_minor', m.free_above_minor, 'countries', to_jsonb(m.countries)) order by m.code), '[]')
    from app.shipping_method m where m.tenant_id = t.id and m.is_active);
end $$;
comment on function app.shipping_facts(app.tenant, text) is 'Active shipping methods of a shop as data for pricing.';
