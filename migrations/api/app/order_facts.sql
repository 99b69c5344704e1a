-- An order with its lines and its payment, as data.
create or replace function app.order_facts(tenant uuid, order_id uuid) returns jsonb
language plpgsql stable
as $$
begin
  return (
    select jsonb_build_object(
      'id', o.id, 'number', o.number, 'status', o.status, 'currency', o.currency, 'locale', o.locale,
      'reservation', o.reservation, 'reservation_expires_at', app.iso(o.reservation_expires_at),
      'email', o.email, 'phone', o.phone, 'name', o.customer_name, 'shipping_address', o.shipping_address, 'shipping_method', o.shipping_method,
      'tax', jsonb_build_object('rate_bp', o.tax_rate_bp, 'included', o.tax_included),
      'subtotal_minor', o.subtotal_minor, 'shipping_minor', o.shipping_minor, 'tax_minor', o.tax_minor, 'total_minor', o.total_minor,
      'placed_at', app.iso(o.placed_at), 'paid_at', app.iso(o.paid_at), 'cancelled_at', app.iso(o.cancelled_at),
      'lines', (
        select jsonb_agg(jsonb_build_object(
          'id', l.id, 'position', l.position, 'product_id', l.product_id, 'variant_id', l.variant_id, 'sku', l.sku, 'name', l.name,
          'options', l.options, 'unit_price_minor', l.unit_price_minor, 'quantity', l.quantity, 'total_minor', l.total_minor,
          'tax_minor', l.tax_minor) order by l.position)
        from app.order_line l where l.tenant_id = o.tenant_id and l.order_id = o.id),
      'payment', (
        select jsonb_build_object(
          'id', p.id, 'account_id', p.gateway_account_id, 'method', p.method, 'status', p.status, 'amount_minor', p.amount_minor,
          'currency', p.currency, 'gateway_ref', p.gateway_ref, 'redirect_url', p.redirect_url, 'failure', p.failure)
        from app.payment p where p.tenant_id = o.tenant_id and p.order_id = o.id order by p.created_at desc limit 1))
    from app.sales_order o where o.tenant_id = tenant and o.id = order_facts.order_id);
end $$;
comment on function app.order_facts(uuid, uuid) is 'An order as data; NULL when it does not exist.';
