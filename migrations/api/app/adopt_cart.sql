-- Signing in takes a guest's cart along: it becomes the customer's, or its lines go into the one the customer has, up to the
-- limits. A cart that already is somebody's stays theirs.
create or replace function app.adopt_cart(tenant uuid, customer uuid, wanted jsonb) returns jsonb
language plpgsql volatile
as $$
declare
  own uuid;
  guest uuid;
  room int;
begin
  select c.id into own from app.cart c where c.tenant_id = tenant and c.customer_id = customer and c.status = 'open'
  order by c.updated_at desc, c.id limit 1 for no key update;
  select c.id into guest from app.cart c where c.tenant_id = tenant and c.id = (wanted ->> 'id')::uuid and c.customer_id is null
    and c.status = 'open' for update;
  if guest is null then return jsonb_build_object('cart_id', own, 'merged', false); end if;
  if own is null then
    update app.cart c set customer_id = customer where c.tenant_id = tenant and c.id = guest;
    return jsonb_build_object('cart_id', guest, 'merged', true);
  end if;
  select (wanted ->> 'max_items')::int - count(*) into room from app.cart_item i where i.tenant_id = tenant and i.cart_id = own;
  insert into app.cart_item as i (tenant_id, id, cart_id, variant_id, quantity)
  select tenant, app.uuid_v7(), own, g.variant_id, g.quantity from (
    select x.*, o.id is not null as there, row_number() over (partition by o.id is null order by x.created_at, x.id) as n
    from app.cart_item x left join app.cart_item o on o.tenant_id = tenant and o.cart_id = own and o.variant_id = x.variant_id
    where x.tenant_id = tenant and x.cart_id = guest) g
  where g.there or g.n <= room order by g.created_at, g.id
  on conflict on constraint cart_item_cart_id_variant_id_key do update
    set quantity = greatest(i.quantity, least(i.quantity + excluded.quantity, (wanted ->> 'max_quantity')::int));
  delete from app.cart c where c.tenant_id = tenant and c.id = guest;
  update app.cart c set updated_at = now() where c.tenant_id = tenant and c.id = own;
  return jsonb_build_object('cart_id', own, 'merged', true);
end $$;
comment on function app.adopt_cart(uuid, uuid, jsonb) is 'Merges a guest''s cart into the customer''s; {cart_id, merged}.';
