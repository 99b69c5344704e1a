-- Takes the units of an order whose reservation was released, all or none.
create or replace function app.retake_stock(tenant uuid, order_id uuid) returns boolean
language plpgsql volatile as $$
declare
  line record;
begin
  for line in
    select l.variant_id, l.quantity from app.order_line l where l.tenant_id = tenant and l.order_id = retake_stock.order_id order by l.variant_id
  loop
    update app.stock s set on_hand = s.on_hand - line.quantity
    where s.tenant_id = tenant and s.id = line.variant_id and s.on_hand - s.reserved >= line.quantity;
    if not found then raise exception using errcode = 'WS999', message = 'not_enough'; end if;
  end loop;
  return true;
exception when sqlstate 'WS999' then
  -- The block is a savepoint: what was taken of other lines is back.
  return false;
end $$;
comment on function app.retake_stock(uuid, uuid) is 'Takes an order''s units from the free stock; false and no change when some are missing.';
