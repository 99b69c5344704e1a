-- PATCH members: the same change for many, or for none of them.
create or replace function api.member_set_many(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  wanted uuid[] := array(select distinct x::uuid from jsonb_array_elements_text(input -> 'account_ids') x order by 1);
  absent int;
  one uuid;
  changed jsonb;
  members jsonb := '[]';
  ended jsonb := '[]';
begin
  if input ->> 'role' is not null then perform app.require_role(input ->> 'role', input -> 'may'); end if;
  select x.n - 1 into absent from jsonb_array_elements_text(input -> 'account_ids') with ordinality x (id, n)
  where not exists (select from app.membership m where m.tenant_id = t.id and m.account_id = x.id::uuid and m.status <> 'removed') order by x.n limit 1;
  if absent is not null then
    perform app.refuse(422, 'invalid_request', jsonb_build_object('field', 'account_ids.' || absent, 'code', 'member_not_found'));
  end if;
  -- In one order, for two may change the same ones at once.
  foreach one in array wanted loop
    changed := app.set_member(one, input);
    members := members || jsonb_build_array(changed -> 'member');
    ended := ended || (changed -> 'ended');
  end loop;
  perform app.keep_owner();
  return jsonb_build_object('members', members, 'ended', ended, 'outdated', app.outdated(wanted));
end $$;
comment on function api.member_set_many(jsonb, jsonb) is 'Changes role or status of many members at once; refuses all if one is refused.';
