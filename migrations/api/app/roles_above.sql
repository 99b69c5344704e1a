-- The roles of the shop's own that contain a role, itself among them.
create or replace function app.roles_above(wanted text) returns text[]
language plpgsql stable
as $$
begin
  return array(
    with recursive above (key) as (
      select wanted
      union
      select r.key from app.role r join above a on r.base = a.key where r.tenant_id = app.tenant_id() and r.deleted_at is null)
    select key from above);
end $$;
comment on function app.roles_above(text) is 'Keys of a role and of all that contain it.';
