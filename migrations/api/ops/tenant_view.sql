-- A shop as the platform sees it: its settings, and when it goes.
create or replace function ops.tenant_view(t app.tenant) returns jsonb
language plpgsql stable
as $$
begin
  return app.settings_view(t) || jsonb_build_object('id', app.public_id('ten', t.id),
    'former_slug', case when t.former_slug_until > now() then t.former_slug end, 'former_slug_until', app.iso(t.former_slug_until),
    'deleted_at', app.iso(t.deleted_at), 'purge_at', app.iso(t.deleted_at + app.tenant_retention()));
end $$;
comment on function ops.tenant_view(app.tenant) is 'Settings of a shop with its deletion.';
