-- For a request whose tenant is not found. The edge sends on whoever came by the former host (308); who named the slug otherwise learns the new one.
create or replace function app.refuse_moved(host text, slug text) returns void
language plpgsql stable
as $$
declare
  moved jsonb := app.moved_tenant(host, slug);
begin
  if moved is not null then perform app.refuse(421, 'tenant_moved', moved); end if;
end $$;
comment on function app.refuse_moved(text, text) is 'Refuses tenant_moved when the host or the slug was a shop''s until lately.';
