-- With whom people can sign in here: what a login page shows.
create or replace function api.auth_providers(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  return jsonb_build_object('providers', (
    select coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'title', p.title, 'flow', p.flow) order by p.name), '[]')
    from identity.provider p where p.realm_id = app.realm_of(input ->> 'kind') and p.status = 'active'));
end $$;
comment on function api.auth_providers(jsonb, jsonb) is 'Names and titles of the active providers.';
