-- One line of the trail of attempts (AUTH-14).
create or replace function app.note_attempt(input jsonb, kind text, outcome text, account uuid, reason text default null, session uuid default null)
returns void
language plpgsql volatile
as $$
begin
  insert into audit.attempt (tenant_id, account_kind, kind, outcome, reason, identifier_hash, account_id, session_id, network, ip, user_agent, request_id)
  values (app.tenant_id(), coalesce(input ->> 'kind', case when app.customer_id() is null then 'staff' else 'customer' end), kind, outcome,
    reason, decode(input ->> 'identifier_hash', 'hex'), account, coalesce(session, app.session_id()), input #>> '{client,network}', app.ip(),
    input #>> '{client,user_agent}', app.request_id());
end $$;
comment on function app.note_attempt(jsonb, text, text, uuid, text, uuid) is 'Writes audit.attempt from what the request told of its client.';
