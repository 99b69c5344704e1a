-- The filters of GET audit and of its export; what is absent filters nothing.
create or replace function app.audit_matches(e audit.entry, input jsonb) returns boolean
language sql stable
as $$
select (input ->> 'actor' is null or e.actor = input ->> 'actor')
  and (input ->> 'table' is null or e.table_name = input ->> 'table')
  and (input ->> 'record_id' is null or e.row_id = input ->> 'record_id')
  and (input ->> 'action' is null or e.action = input ->> 'action')
  and (input ->> 'request_id' is null or e.request_id = input ->> 'request_id')
  and (input ->> 'since' is null or e.occurred_at >= (input ->> 'since')::timestamptz)
  and (input ->> 'until' is null or e.occurred_at < (input ->> 'until')::timestamptz)
$$;
comment on function app.audit_matches(audit.entry, jsonb) is 'Whether a line of the trail is looked for.';
