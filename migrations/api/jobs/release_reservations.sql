-- Reservations whose time has run out are for sale again; the order stays pending, for a payment may still arrive.
-- Orders that a settling statement holds are skipped: it decides.
create or replace function api.jobs_release_reservations(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  room int := (input ->> 'limit')::int;
  done int := 0;
  tenant uuid;
  due uuid[];
  line record;
begin
  for tenant in select app.live_tenants() loop
    exit when done >= room;
    perform app.enter(context || jsonb_build_object('tenant_id', tenant));
    select array_agg(o.id) into due from (
      select o.id from app.sales_order o
      where o.tenant_id = tenant and o.status = 'pending' and o.reservation = 'held' and o.reservation_expires_at <= now()
      order by o.reservation_expires_at limit room - done for update skip locked) o;
    continue when due is null;
    -- All units of all due orders together, by variant, in the one order that everybody locks stock in.
    for line in
      select l.variant_id, sum(l.quantity) as units from app.order_line l
      where l.tenant_id = tenant and l.order_id = any (due) group by 1 order by 1
    loop
      update app.stock s set reserved = s.reserved - line.units where s.tenant_id = tenant and s.id = line.variant_id;
    end loop;
    update app.sales_order o set reservation = 'released' where o.tenant_id = tenant and o.id = any (due);
    perform app.emit('order.reservation_released', 'order', o.id, jsonb_build_object('order_id', app.public_id('ord', o.id), 'number', o.number))
    from app.sales_order o where o.tenant_id = tenant and o.id = any (due);
    done := done + cardinality(due);
  end loop;
  return jsonb_build_object('done', done, 'more', done >= room);
end $$;
comment on function api.jobs_release_reservations(jsonb, jsonb) is 'Releases expired stock reservations of all tenants.';
