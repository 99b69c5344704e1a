-- Forgets what has had its time: challenges and throttles after a day, sessions with their tokens 90 days after they
-- ran out, messages after 30 days, devices that were not seen for a year.
create or replace function api.jobs_identity_purge(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  room int := (input ->> 'limit')::int;
  done int := 0;
  tenant uuid;
begin
  for tenant in select app.live_tenants() loop
    exit when done >= room;
    perform app.enter(context || jsonb_build_object('tenant_id', tenant));
    -- The staff's own come with every tenant: whoever is first finds them.
    done := done + app.purge_realm(tenant, room - done) + app.purge_realm(app.staff_realm(), room - done);
    done := done + app.purge_sessions(tenant, greatest(room - done, 0));
  end loop;
  return jsonb_build_object('done', done, 'more', done >= room);
end $$;
comment on function api.jobs_identity_purge(jsonb, jsonb) is 'Deletes expired challenges, throttles, sessions, devices and old messages.';
