-- POST invitations/{id}/resend: another link; the one before opens nothing any more.
create or replace function api.invitation_resend(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  i app.invitation := app.require_invitation((input ->> 'id')::uuid, input -> 'may');
  next_at timestamptz := i.sent_at + make_interval(secs => (input ->> 'gap_s')::int);
begin
  if next_at > now() then
    perform app.refuse(429, 'too_many_attempts', jsonb_build_object('retry_after_s', ceil(extract(epoch from next_at - now()))::int));
  end if;
  update app.invitation x set account_id = (input #>> '{link,account_id}')::uuid, secret_hash = decode(input #>> '{link,secret_hash}', 'hex'),
    sent_at = now(), expires_at = now() + make_interval(secs => (input #>> '{link,ttl_s}')::int)
  where x.tenant_id = t.id and x.id = i.id returning x.* into i;
  -- One that had run out takes a seat again.
  perform app.keep_limit(t, 'seats');
  perform app.send_message(input #> '{link,message}', i.email, i.account_id);
  return app.invitation_view(i);
end $$;
comment on function api.invitation_resend(jsonb, jsonb) is 'Sends an invitation again, with another link.';
