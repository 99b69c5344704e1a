-- GET /categories: the tree. Depth is bounded, as a shop's menu is.
create or replace function api.storefront_categories(context jsonb, input jsonb) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  lang text := app.pick_lang(input -> 'langs', t.locales, t.locale);
begin
  return jsonb_build_object('lang', lang, 'data', app.category_tree(t, lang, null, 1));
end $$;
comment on function api.storefront_categories(jsonb, jsonb) is 'Category tree with the number of products in each branch.';
