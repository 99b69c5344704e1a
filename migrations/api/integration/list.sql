-- GET integrations: the oldest first. There are so few that there is one page.
create or replace function api.integration_list(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
begin
  return coalesce((select jsonb_agg(app.integration_view(i) order by i.created_at, i.id) from app.integration i
    where i.tenant_id = t.id and i.deleted_at is null), '[]');
end $$;
comment on function api.integration_list(jsonb, jsonb) is 'The programs of a shop, each with its live keys.';
