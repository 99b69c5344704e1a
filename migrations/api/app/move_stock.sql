-- Ends an order's reservation in the order of variant ids: the units leave the stock (paid) or are for sale again (released).
create or replace function app.move_stock(tenant uuid, order_id uuid, take_reserved boolean) returns void
language plpgsql volatile as $$
declare
  line record;
begin
  for line in
    select l.variant_id, l.quantity from app.order_line l where l.tenant_id = tenant and l.order_id = move_stock.order_id order by l.variant_id
  loop
    update app.stock s set reserved = s.reserved - line.quantity, on_hand = s.on_hand - case when take_reserved then line.quantity else 0 end
    where s.tenant_id = tenant and s.id = line.variant_id;
  end loop;
end $$;
comment on function app.move_stock(uuid, uuid, boolean) is 'Commits or releases the reserved units of an order.';
