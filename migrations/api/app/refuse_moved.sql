-- For a request whose tenant is not found. The edge sends on whoever came by the former host (308); who named the slug otherwise learns the new one.
create or replace function app.refuse_moved(former text) returns void
language plpgsql stable
as $$
declare
  slug text := app.moved_tenant(former);
begin
  if slug is not null then perform app.refuse(421, 'tenant_moved', jsonb_build_object('from', former, 'slug', slug)); end if;
end $$;
comment on function app.refuse_moved(text) is 'Refuses tenant_moved when the slug was a shop''s until lately.';
