-- Test money must never pay for a live shop's order, nor the other way round: the gateway's word and, where one came, the
-- event must both be of the account's mode.
create or replace function app.mode_agrees(tenant uuid, account uuid, truth_live boolean, event_live boolean) returns boolean
language plpgsql stable
as $$
begin
  return (
    select (a.mode = 'live') = truth_live and (a.mode = 'live') = coalesce(event_live, truth_live)
    from app.gateway_account a where a.tenant_id = tenant and a.id = account);
end $$;
comment on function app.mode_agrees(uuid, uuid, boolean, boolean) is 'Whether truth and event are of the account''s mode.';
