-- GET members: one page by keyset, the oldest first. Names are folded as product names are, so that spelling does not hide anybody.
create or replace function api.member_list(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  page_size int := (input ->> 'limit')::int;
  wanted text := app.fold_text(input ->> 'q');
  found_rows jsonb;
  last jsonb;
begin
  with page as (
    select m as member, m.created_at, m.id, row_number() over (order by m.created_at, m.id) as n
    from app.membership m join identity.account a on a.realm_id = m.realm_id and a.id = m.account_id
    where m.tenant_id = t.id and m.status <> 'removed'
      and (input ->> 'role' is null or m.role = input ->> 'role')
      and (input ->> 'status' is null or m.status = input ->> 'status')
      and (wanted is null or strpos(app.fold_text(concat_ws(' ', a.given_name, a.family_name)), wanted) > 0 or strpos(a.email, lower(input ->> 'q')) > 0)
      and (input ->> 'after' is null or (m.created_at, m.id) > ((input #>> '{after,at}')::timestamptz, (input #>> '{after,id}')::uuid))
    order by m.created_at, m.id limit page_size + 1
  )
  select coalesce(jsonb_agg(app.member_view(p.member) order by p.n) filter (where p.n <= page_size), '[]'),
    (jsonb_agg(jsonb_build_object('at', p.created_at, 'id', p.id)) filter (where p.n = page_size and (select max(n) from page) > page_size)) -> 0
  into found_rows, last from page p;
  return jsonb_build_object('members', found_rows, 'next', last);
end $$;
comment on function api.member_list(jsonb, jsonb) is 'One page of the members of a shop, by name, role or status.';
