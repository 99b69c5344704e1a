-- Members whose tokens have just become out of date, with the epoch that new ones carry: the edge sends them to refresh without asking again.
create or replace function app.outdated(accounts uuid[]) returns jsonb
language plpgsql stable
as $$
begin
  return coalesce((select jsonb_agg(jsonb_build_object('account_id', a.id, 'epoch', a.epoch + m.epoch))
    from app.membership m join identity.account a on a.realm_id = m.realm_id and a.id = m.account_id
    where m.tenant_id = app.tenant_id() and m.account_id = any (accounts) and m.status = 'active'), '[]');
end $$;
comment on function app.outdated(uuid[]) is 'Present epochs of active members.';
