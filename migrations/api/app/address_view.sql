-- An address as its owner sees it.
create or replace function app.address_view(a app.customer_address) returns jsonb
language plpgsql stable
as $$
begin
  return jsonb_build_object('id', a.id, 'label', a.label, 'name', a.name, 'phone', a.phone, 'address', a.address, 'is_default', a.is_default,
    'created_at', app.iso(a.created_at), 'updated_at', app.iso(a.updated_at));
end $$;
comment on function app.address_view(app.customer_address) is 'A customer''s address.';
