-- How the shop takes cards; NULL when it does not.
create or replace function app.gateway_facts(tenant uuid) returns jsonb
language plpgsql stable
as $$
begin
  return (
    select jsonb_build_object('account_id', a.id, 'provider', a.provider, 'mode', a.mode, 'credential_ref', a.credential_ref,
      'endpoint_id', a.endpoint_id)
    from app.gateway_account a where a.tenant_id = tenant and a.is_active order by a.created_at limit 1);
end $$;
comment on function app.gateway_facts(uuid) is 'The shop''s active gateway account as data.';
