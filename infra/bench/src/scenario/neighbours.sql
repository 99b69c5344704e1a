-- As many shops as there are to be in all, each with a few products. They come by no route, so nothing has to be told of them: the trail and the
-- other triggers are left out.
set session_replication_role = replica;
create temporary table neighbour as
select app.uuid_v7() as id, 'neighbour-' || n as slug
from generate_series(1 + (select count(*) from app.tenant where id <> app.platform_id()), $COUNT) n;
insert into app.tenant (id, slug, name) select id, slug, '{"ar": "جار", "en": "Neighbour"}' from neighbour;
create temporary table offered as
select t.id as tenant_id, app.uuid_v7() as id, app.uuid_v7() as variant_id, 'product-' || n as slug from neighbour t, generate_series(1, 20) n;
insert into app.product (tenant_id, id, slug, name, price_from_minor, search_text)
select tenant_id, id, slug, '{"ar": "منتج", "en": "Product"}', 1000, 'product' from offered;
insert into app.variant (tenant_id, id, product_id, sku, price_minor) select tenant_id, variant_id, id, upper(slug), 1000 from offered;
insert into app.stock (tenant_id, id, on_hand) select tenant_id, variant_id, 10 from offered;
drop table offered, neighbour;
set session_replication_role = default;
