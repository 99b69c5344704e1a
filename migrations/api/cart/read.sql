-- GET /carts/{id}
create or replace function api.cart_read(context jsonb, input jsonb) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  facts jsonb := app.cart_facts(t, app.pick_lang(input -> 'langs', t.locales, t.locale), (input ->> 'id')::uuid);
begin
  if facts is null then perform app.refuse(404, 'cart_not_found'); end if;
  return facts;
end $$;
comment on function api.cart_read(jsonb, jsonb) is 'A cart with today''s prices.';
