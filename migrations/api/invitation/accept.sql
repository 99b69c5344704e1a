-- POST auth/invitations/accept. The link proves the address: whoever has an account becomes a member with it, and signs in as ever; whoever has
-- none gets one with the password that came along.
create or replace function api.invitation_accept(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  i app.invitation;
  a identity.account;
  m app.membership;
  created boolean := false;
begin
  select x.* into i from app.invitation x
  where x.tenant_id = t.id and x.secret_hash = decode(input ->> 'secret_hash', 'hex') and x.account_id = (input ->> 'account_id')::uuid
    and x.status = 'pending' and x.expires_at > now()
  for no key update;
  a := app.account_at(app.staff_realm(), 'email', i.email);
  if i.id is null or a.id is not null and a.status <> 'active' then
    perform app.note_attempt(input, 'accept_invitation', 'failed', a.id);
    return app.refused(422, 'link_invalid', '{"field": "token"}');
  end if;
  -- A role of the shop's own may have gone meanwhile.
  perform from app.role r where r.tenant_id = t.id and r.key = i.role and r.deleted_at is null for share;
  if not found and not input -> 'shipped' ? i.role then perform app.refuse(409, 'role_not_found'); end if;
  if a.id is null then
    if input ->> 'password_hash' is null then perform app.refuse(422, 'invalid_request', '{"field": "password", "code": "required"}'); end if;
    perform app.check_password_rules(t.password_rules, input -> 'traits');
    a := app.create_account(app.staff_realm(), i.account_id, 'email', i.email, input || '{"kind": "staff"}');
    if a.id is null then perform app.refuse(409, 'concurrent_update'); end if;
    created := true;
  else
    if input ->> 'password_hash' is not null then perform app.refuse(409, 'account_exists', '{"field": "password"}'); end if;
    a := app.lock_account(a.realm_id, a.id);
    update identity.account x set email_verified_at = now() where x.realm_id = a.realm_id and x.id = a.id and x.email_verified_at is null;
  end if;
  select x.* into m from app.membership x where x.tenant_id = t.id and x.account_id = a.id for no key update;
  if m.status in ('active', 'suspended') then perform app.refuse(409, 'already_member'); end if;
  insert into app.membership (tenant_id, id, account_id, role) values (t.id, app.uuid_v7(), a.id, i.role)
  on conflict on constraint membership_account_id_key do update set role = excluded.role, status = 'active' returning * into m;
  update app.invitation x set status = 'accepted', accepted_at = now(), account_id = a.id where x.tenant_id = t.id and x.id = i.id;
  perform app.note_attempt(input, 'accept_invitation', 'succeeded', a.id);
  return jsonb_build_object('member', app.member_view(m), 'created', created);
end $$;
comment on function api.invitation_accept(jsonb, jsonb) is 'Makes a member of whoever follows the link, and an account for whoever has none.';
