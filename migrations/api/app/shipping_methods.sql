-- The shop's active shipping methods, for /shop and for pricing a cart.
create or replace function app.shipping_methods(lang text, t app.tenant) returns jsonb
language plpgsql stable
as $$
begin
  return (
    select coalesce((
      select jsonb_agg(jsonb_build_object(
        'code', m.code, 'name', app.text_in(m.name, lang, t.locale), 'price', app.money(m.flat_minor, t.currency),
        'free_above', app.money(m.free_above_minor, t.currency), 'countries', to_jsonb(m.countries)) order by m.code)
      from app.shipping_method m where m.tenant_id = t.id and m.is_active), '[]'));
end $$;
comment on function app.shipping_methods(text, app.tenant) is 'Active shipping methods of a shop.';
