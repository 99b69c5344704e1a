-- Ends sessions of an account in the running tenant: the one that is wanted, or all but the one that is kept.
create or replace function app.end_sessions(account uuid, why text, wanted uuid default null, kept uuid default null) returns jsonb
language plpgsql volatile
as $$
declare
  ended jsonb;
begin
  with due as (
    -- In one order, for two may end the same ones at once.
    select s.id from app.session s
    where s.tenant_id = app.tenant_id() and s.account_id = account and s.ended_at is null
      and (wanted is null or s.id = wanted) and s.id is distinct from kept
    order by s.id for no key update
  ), gone as (
    update app.session s set ended_at = clock_timestamp(), end_reason = why from due
    where s.tenant_id = app.tenant_id() and s.id = due.id
    returning s.id, s.expires_at)
  select coalesce(jsonb_agg(g.id order by g.id) filter (where g.expires_at > now()), '[]') into ended from gone g;
  return ended;
end $$;
comment on function app.end_sessions(uuid, text, uuid, uuid) is 'Ends sessions; answers the ids of those that were alive.';
