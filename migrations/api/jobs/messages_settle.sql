-- What became of a message: sent, to be tried again, or given up. Its text, which carries codes and links, goes with it.
create or replace function api.jobs_messages_settle(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  sent boolean := (input -> 'sent')::boolean;
  again boolean := not sent and input ->> 'retry_s' is not null;
begin
  update app.message m set
    status = case when sent then 'sent' when again then 'waiting' else 'given_up' end,
    sealed_body = case when again then m.sealed_body end,
    sent_at = case when sent then now() end,
    next_at = case when again then now() + make_interval(secs => (input ->> 'retry_s')::int) else m.next_at end,
    error = input ->> 'error'
  where m.tenant_id = t.id and m.id = (input ->> 'id')::uuid and m.status = 'waiting';
  return '{}';
end $$;
comment on function api.jobs_messages_settle(jsonb, jsonb) is 'Records what became of a leased message.';
