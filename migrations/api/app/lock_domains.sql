-- Changes of a shop's domains come one after another: how many there are, and which is the primary one, is seen as it is. Locks the shop's row first, as a
-- change of its settings does.
create or replace function app.lock_domains() returns void
language plpgsql volatile
as $$
begin
  perform from app.tenant t where t.id = app.tenant_id() for no key update;
end $$;
comment on function app.lock_domains() is 'Serialises changes of the running tenant''s domains.';
