-- Whoever makes or changes a role of a shop does so alone: two changes at once could else close a circle. No row stands for roles that are
-- yet to come, so it is a lock by name.
create or replace function app.lock_roles() returns void
language plpgsql volatile
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('role:' || app.tenant_id()::text, 0));
end $$;
comment on function app.lock_roles() is 'Keeps other changes of the running tenant''s roles waiting until the statement ends.';
