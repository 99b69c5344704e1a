-- Sessions that ran out 90 days ago, with their tokens, and messages of 30 days ago.
create or replace function app.purge_sessions(tenant uuid, room int) returns int
language plpgsql volatile
as $$
declare
  gone int;
  done int := 0;
begin
  delete from app.session s where s.tenant_id = tenant and s.id in (
    select x.id from app.session x where x.tenant_id = tenant and x.expires_at < now() - interval '90 days' limit room for update skip locked);
  get diagnostics gone = row_count;
  done := done + gone;
  delete from app.message m where m.tenant_id = tenant and m.id in (
    select x.id from app.message x where x.tenant_id = tenant and x.created_at < now() - interval '30 days' limit room);
  get diagnostics gone = row_count;
  return done + gone;
end $$;
comment on function app.purge_sessions(uuid, int) is 'Deletes old sessions and messages of a tenant; how many rows.';
