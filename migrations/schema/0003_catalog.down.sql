set local role superadmin;
-- Its body depends on the tables.
drop function app.refresh_product(uuid, uuid);
drop table app.shipping_method;
drop table app.product_image;
drop table app.media;
drop table app.stock;
drop table app.variant;
drop table app.product_category;
drop table app.product;
drop table app.category;
drop function app.catalog_changed();
drop function app.product_search();
drop function app.variant_changed();
