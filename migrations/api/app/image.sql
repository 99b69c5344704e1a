-- A picture of a product as JSON.
create or replace function app.image(i app.product_image, lang text, fallback text) returns jsonb
language sql stable parallel safe
as $$
  select jsonb_build_object('url', '/api/v1/storefront/media/' || app.public_id('med', i.media_id), 'alt', app.text_in(i.alt, lang, fallback))
$$;
comment on function app.image(app.product_image, text, text) is 'A picture with its address and its text.';
