-- Puts a message beside what it tells of; a job sends it. Nobody to send it to: nothing is written.
create or replace function app.send_message(message jsonb, recipient text, account uuid) returns boolean
language plpgsql volatile
as $$
begin
  if message ->> 'id' is null or recipient is null then return false; end if;
  insert into app.message (tenant_id, id, kind, channel, recipient, account_id, sealed_body)
  values (app.tenant_id(), (message ->> 'id')::uuid, message ->> 'kind', message ->> 'channel', recipient, account, message ->> 'sealed_body');
  return true;
end $$;
comment on function app.send_message(jsonb, text, uuid) is 'Appends to the tenant''s messages; whether there was something to send.';
