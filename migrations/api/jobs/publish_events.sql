-- Gives waiting events their place in the tenant's feed: 1, 2, 3 … without gaps, in the order they became visible.
-- The feed's row is locked, so two publishers cannot number the same tenant at once (EVT-01).
create or replace function api.jobs_publish_events(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  room int := (input ->> 'limit')::int;
  done int := 0;
  published int;
  tenant uuid;
  last bigint;
begin
  for tenant in select app.live_tenants() loop
    exit when done >= room;
    perform app.enter(context || jsonb_build_object('tenant_id', tenant));
    continue when not exists (select from app.outbox e where e.tenant_id = tenant and e.seq is null);
    insert into app.event_feed (tenant_id) values (tenant) on conflict do nothing;
    select f.last_seq into last from app.event_feed f where f.tenant_id = tenant for update;
    with waiting as (
      select e.id, last + row_number() over (order by e.occurred_at, e.id) as seq from (
        select e.id, e.occurred_at from app.outbox e where e.tenant_id = tenant and e.seq is null
        order by e.occurred_at, e.id limit room - done) e
    )
    update app.outbox e set seq = w.seq, published_at = now() from waiting w where e.tenant_id = tenant and e.id = w.id;
    get diagnostics published = row_count;
    update app.event_feed f set last_seq = last + published where f.tenant_id = tenant;
    done := done + published;
  end loop;
  return jsonb_build_object('done', done, 'more', done >= room);
end $$;
comment on function api.jobs_publish_events(jsonb, jsonb) is 'Publishes outbox events of all tenants into their feeds.';
