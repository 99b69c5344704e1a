-- A shop without an owner could not be helped by anybody in it.
create or replace function app.keep_owner() returns void
language plpgsql stable
as $$
begin
  if not exists (select from app.membership m where m.tenant_id = app.tenant_id() and m.role = 'owner' and m.status = 'active') then
    perform app.refuse(409, 'last_owner');
  end if;
end $$;
comment on function app.keep_owner() is 'Refuses last_owner when the running tenant has no active owner left.';
