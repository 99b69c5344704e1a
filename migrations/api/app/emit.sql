-- Writes a domain event beside the change that it tells of (transactional outbox).
create or replace function app.emit(kind text, aggregate text, aggregate_id uuid, payload jsonb, event_id uuid default null) returns void
language plpgsql volatile
as $$
begin
  insert into app.outbox (tenant_id, id, kind, aggregate, aggregate_id, payload, request_id)
  values (app.tenant_id(), coalesce(event_id, app.uuid_v7()), kind, aggregate, aggregate_id, payload, app.request_id());
end $$;
comment on function app.emit(text, text, uuid, jsonb, uuid) is 'Appends an event to the tenant''s outbox.';
