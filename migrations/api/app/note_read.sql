-- A line of the trail for reading: which rows were taken out, by which filters. Runs as app_executor, which may write the trail: whoever
-- reads it may not.
create or replace function app.note_read(what text, id uuid, facts jsonb) returns void
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  -- Before the line draws its id: the job that seals goes by it (api.jobs_seal_audit).
  began xid8 := pg_current_xact_id();
begin
  insert into audit.entry (tenant_id, actor, request_id, ip, action, table_name, row_id, after)
  values (app.tenant_id(), app.actor(), app.request_id(), app.ip(), 'read', what, id::text, facts);
end $$;
comment on function app.note_read(text, uuid, jsonb) is 'Writes audit.entry for what somebody took out of a shop.';
