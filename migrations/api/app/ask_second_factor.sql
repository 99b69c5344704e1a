-- The challenge of a second factor remembers what the first one was, for which epoch, and whose throttle to give back.
create or replace function app.ask_second_factor(t app.tenant, a identity.account, first_method text, sent_by text, challenge jsonb, input jsonb)
returns void
language plpgsql volatile
as $$
begin
  insert into identity.challenge (realm_id, id, tenant_id, purpose, account_id, secret_hash, facts, expires_at)
  values (a.realm_id, (challenge ->> 'id')::uuid, t.id, 'second_factor', a.id,
    case when sent_by is not null then decode(challenge ->> 'code_hash', 'hex') end,
    jsonb_build_object('first', first_method, 'sent_by', sent_by, 'epoch', (app.standing(a)).epoch,
      'identifier_hash', input ->> 'identifier_hash', 'network', input #>> '{client,network}',
      'device_hash', coalesce(input ->> 'device_hash', input #>> '{device,presented_hash}')),
    now() + make_interval(secs => (challenge ->> 'ttl_s')::int));
  perform app.note_attempt(input, first_method, 'second_factor', a.id);
end $$;
comment on function app.ask_second_factor(app.tenant, identity.account, text, text, jsonb, jsonb) is 'Writes a second-factor challenge.';
