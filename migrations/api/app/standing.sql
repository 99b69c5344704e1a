-- What an account is in the running tenant: its role, and the epoch that its tokens must carry. Both NULL when it may not sign in. At the platform a
-- grant makes somebody what a membership does in a shop.
create or replace function app.standing(a identity.account, out role text, out epoch bigint)
language plpgsql stable
as $$
begin
  if a.id is null or a.status <> 'active' or a.deleted_at is not null then return; end if;
  if a.kind = 'customer' then
    role := 'customer';
    epoch := a.epoch;
  elsif app.tenant_id() = app.platform_id() then
    select g.role, a.epoch + g.epoch into role, epoch from ops.platform_grant g
    where g.tenant_id = app.tenant_id() and g.account_id = a.id and g.revoked_at is null and now() >= g.starts_at and now() < g.ends_at;
  else
    select m.role, a.epoch + m.epoch into role, epoch from app.membership m
    where m.tenant_id = app.tenant_id() and m.account_id = a.id and m.status = 'active';
  end if;
end $$;
comment on function app.standing(identity.account) is 'Role and epoch of an account in the running tenant; NULL for one that is suspended, deleted or no member.';
