-- How much of something a shop has, counted where it is: never more nor less than there is. A month is that of the shop's time zone. An order that nobody
-- paid in time is none.
create or replace function app.used(t app.tenant, what text) returns bigint
language plpgsql stable
as $$
begin
  case what
    when 'products' then
      return (select count(*) from app.product p where p.tenant_id = t.id and p.deleted_at is null);
    when 'orders_monthly' then
      return (select count(*) from app.sales_order o where o.tenant_id = t.id and o.placed_at >= app.month_of(t)
        and o.status <> 'cancelled' and not (o.status = 'pending' and o.reservation = 'released'));
    when 'api_calls_monthly' then
      return (select coalesce(sum(u.month_count), 0) from app.api_key_use u where u.tenant_id = t.id and u.month = date_trunc('month', now() at time zone t.timezone)::date);
    when 'seats' then
      return (select count(*) from app.membership m where m.tenant_id = t.id and m.status <> 'removed')
        + (select count(*) from app.invitation i where i.tenant_id = t.id and i.status = 'pending' and i.expires_at > now());
  end case;
end $$;
comment on function app.used(app.tenant, text) is 'Products, orders or calls by keys of this month, or seats (members and open invitations) of the running shop.';
