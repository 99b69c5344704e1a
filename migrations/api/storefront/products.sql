-- GET /products: one page by keyset, so that a page costs the same wherever it is and nothing is skipped or repeated.
-- Every sort is (key_num, key_text, id) ascending; the cursor carries the last row's three.
create or replace function api.storefront_products(context jsonb, input jsonb) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  plans text := app.keep_plans();
  lang text := app.pick_lang(input -> 'langs', t.locales, t.locale);
  sort text := coalesce(input ->> 'sort', 'newest');
  page_size int := (input ->> 'limit')::int;
  branch uuid[];
  words text[];
  ids uuid[];
  nums bigint[];
  texts text[];
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
    select p.id,
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
  )
  -- The aggregates see the rows as the subquery sorted them.
  select array_agg(m.id), array_agg(m.key_num), array_agg(m.key_text) into ids, nums, texts
  from (
    select * from matched
    where not input ? 'after' or (key_num, key_text, id)
      > ((input #>> '{after,n}')::bigint, (input #>> '{after,t}') collate "und-x-icu", (input #>> '{after,id}')::uuid)
    order by key_num, key_text, id limit page_size + 1) m;
  if cardinality(ids) > page_size then
    last := jsonb_build_object('n', nums[page_size], 't', texts[page_size], 'id', ids[page_size]);
  end if;
  return jsonb_build_object('lang', lang, 'data', app.product_cards(t, lang, ids[:page_size]), 'next', last);
end $$;
comment on function api.storefront_products(jsonb, jsonb) is 'One page of the catalogue.';
