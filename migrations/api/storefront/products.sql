-- GET /products: one page by keyset, so that a page costs the same wherever it is and nothing is skipped or repeated.
-- Every sort is (key_num, key_text, id) ascending; the cursor carries the last row's three.
create or replace function api.storefront_products(context jsonb, input jsonb) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  lang text := app.pick_lang(input -> 'langs', t.locales, t.locale);
  sort text := coalesce(input ->> 'sort', 'newest');
  page_size int := (input ->> 'limit')::int;
  branch uuid[];
  words text[];
  rows jsonb;
  last jsonb;
begin
  if input ? 'category' then
    select array(select app.category_branch(t.id, c.id)) into branch from app.category c
    where c.tenant_id = t.id and c.deleted_at is null
      and case when input ? 'category_id' then c.id = (input ->> 'category_id')::uuid else c.slug = input ->> 'category' end;
    if branch is null then perform app.refuse(404, 'category_not_found', '{"field": "category"}'); end if;
  end if;
  if input ? 'q' then words := app.search_patterns(input ->> 'q'); end if;

  with matched as (
    select p.id, p.slug, p.name, p.price_from_minor,
      case sort when 'newest' then -(extract(epoch from p.published_at) * 1000000)::bigint
                when 'price' then p.price_from_minor when '-price' then -p.price_from_minor else 0 end as key_num,
      case sort when 'name' then app.text_in(p.name, lang, t.locale) else '' end collate "und-x-icu" as key_text
    from app.product p
    where p.tenant_id = t.id and p.is_active and p.deleted_at is null and p.price_from_minor is not null
      and (branch is null or exists (
        select from app.product_category pc
        where pc.tenant_id = p.tenant_id and pc.product_id = p.id and pc.category_id = any (branch)))
      and (words is null or p.search_text like all (words) or app.sku_matches(p.tenant_id, p.id, input ->> 'q'))
      and (not input ? 'min_price' or p.price_from_minor >= (input ->> 'min_price')::bigint)
      and (not input ? 'max_price' or p.price_from_minor <= (input ->> 'max_price')::bigint)
      and (not input ? 'in_stock' or app.in_stock(p.tenant_id, p.id) = (input ->> 'in_stock')::boolean)
  ), page as (
    select m.*, row_number() over w as n from matched m
    where not input ? 'after' or (m.key_num, m.key_text, m.id)
      > ((input #>> '{after,n}')::bigint, (input #>> '{after,t}') collate "und-x-icu", (input #>> '{after,id}')::uuid)
    window w as (order by m.key_num, m.key_text, m.id)
    order by n limit page_size + 1
  )
  select coalesce(jsonb_agg(app.product_card(t, lang, page.id) order by n) filter (where n <= page_size), '[]'),
    (jsonb_agg(jsonb_build_object('n', key_num, 't', key_text, 'id', id)) filter (where n = page_size
      and (select max(n) from page) > page_size)) -> 0
  into rows, last from page;
  return jsonb_build_object('lang', lang, 'data', rows, 'next', last);
end $$;
comment on function api.storefront_products(jsonb, jsonb) is 'One page of the catalogue.';
