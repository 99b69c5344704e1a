-- GET invitations: one page by keyset, the oldest first.
create or replace function api.invitation_list(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  page_size int := (input ->> 'limit')::int;
  found_rows jsonb;
  last jsonb;
begin
  with page as (
    select i as invitation, i.created_at, i.id, row_number() over (order by i.created_at, i.id) as n from app.invitation i
    where i.tenant_id = t.id
      and (input ->> 'status' is null or input ->> 'status' = case when i.status = 'pending' and i.expires_at <= now() then 'expired' else i.status end)
      and (input ->> 'after' is null or (i.created_at, i.id) > ((input #>> '{after,at}')::timestamptz, (input #>> '{after,id}')::uuid))
    order by i.created_at, i.id limit page_size + 1
  )
  select coalesce(jsonb_agg(app.invitation_view(p.invitation) order by p.n) filter (where p.n <= page_size), '[]'),
    (jsonb_agg(jsonb_build_object('at', p.created_at, 'id', p.id)) filter (where p.n = page_size and (select max(n) from page) > page_size)) -> 0
  into found_rows, last from page p;
  return jsonb_build_object('invitations', found_rows, 'next', last);
end $$;
comment on function api.invitation_list(jsonb, jsonb) is 'One page of a shop''s invitations.';
