-- POST invitations
create or replace function api.invitation_create(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.account_at(app.staff_realm(), 'email', input ->> 'email');
  i app.invitation;
begin
  perform app.require_role(input ->> 'role', input -> 'may');
  if exists (select from app.membership m where m.tenant_id = t.id and m.account_id = a.id and m.status <> 'removed') then
    perform app.refuse(409, 'already_member');
  end if;
  -- One after another, so that the limit is one.
  perform pg_advisory_xact_lock(hashtextextended('invitation:' || t.id::text, 0));
  update app.invitation x set status = 'revoked' where x.tenant_id = t.id and x.email = input ->> 'email' and x.status = 'pending' and x.expires_at <= now();
  if exists (select from app.invitation x where x.tenant_id = t.id and x.email = input ->> 'email' and x.status = 'pending') then
    perform app.refuse(409, 'invitation_exists');
  end if;
  if (select count(*) from app.invitation x where x.tenant_id = t.id and x.status = 'pending' and x.expires_at > now()) >= (input ->> 'max')::int then
    perform app.refuse(409, 'invitation_limit', jsonb_build_object('max', (input ->> 'max')::int));
  end if;
  insert into app.invitation (tenant_id, id, email, role, account_id, secret_hash, expires_at)
  values (t.id, (input ->> 'id')::uuid, input ->> 'email', input ->> 'role', (input #>> '{link,account_id}')::uuid,
    decode(input #>> '{link,secret_hash}', 'hex'), now() + make_interval(secs => (input #>> '{link,ttl_s}')::int))
  returning * into i;
  perform app.keep_limit(t, 'seats');
  perform app.send_message(input #> '{link,message}', i.email, i.account_id);
  return app.invitation_view(i);
end $$;
comment on function api.invitation_create(jsonb, jsonb) is 'Asks somebody to work at the shop.';
