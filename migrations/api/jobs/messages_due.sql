-- Messages to send now, leased by moving next_at, so that two jobs do not send the same. Links lead to the shop's primary domain: that another one is proved
-- does not say that it leads here.
create or replace function api.jobs_messages_due(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  room int := (input ->> 'limit')::int;
  found_rows jsonb := '[]';
  tenant uuid;
  batch jsonb;
begin
  for tenant in select app.live_tenants() loop
    exit when jsonb_array_length(found_rows) >= room;
    perform app.enter(context || jsonb_build_object('tenant_id', tenant));
    with due as (
      select m.id from app.message m where m.tenant_id = tenant and m.status = 'waiting' and m.next_at <= now()
      order by m.next_at limit room - jsonb_array_length(found_rows) for update skip locked
    ), leased as (
      update app.message m set attempts = m.attempts + 1, next_at = now() + make_interval(secs => (input ->> 'lease_s')::int) from due
      where m.tenant_id = tenant and m.id = due.id
      returning m.*
    )
    select jsonb_agg(jsonb_build_object(
      'tenant_id', tenant, 'id', l.id, 'account_id', l.account_id, 'kind', l.kind, 'channel', l.channel, 'recipient', l.recipient,
      'sealed_body', l.sealed_body, 'attempts', l.attempts, 'tenant', jsonb_build_object('slug', t.slug,
        'name', app.text_in(t.name, t.locale, t.locale), 'locale', t.locale,
        'domain', (select d.domain from app.tenant_domain d where d.tenant_id = tenant and d.is_primary)))
      order by l.created_at, l.id)
    into batch from leased l join app.tenant t on t.id = l.tenant_id;
    found_rows := found_rows || coalesce(batch, '[]');
  end loop;
  return jsonb_build_object('messages', found_rows, 'more', jsonb_array_length(found_rows) >= room);
end $$;
comment on function api.jobs_messages_due(jsonb, jsonb) is 'Leases messages of all tenants that should be sent now.';
