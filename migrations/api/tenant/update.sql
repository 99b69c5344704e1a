-- PATCH tenants/me. What shoppers are shown depends on it: the catalogue's version grows, and what was kept of the shop is out of date.
create or replace function api.tenant_update(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  p jsonb := input -> 'patch';
  role text;
begin
  select x.* into t from app.tenant x where x.id = t.id for no key update;
  if t.version <> (input ->> 'version')::bigint then perform app.refuse(412, 'version_mismatch', jsonb_build_object('version', t.version)); end if;
  t.locale := coalesce(p ->> 'locale', t.locale);
  t.locales := case when p ? 'locales' then array(select jsonb_array_elements_text(p -> 'locales')) else t.locales end;
  t.name := coalesce(p -> 'name', t.name);
  perform app.check_names(t);
  for role in select jsonb_array_elements_text(p -> 'mfa_roles') loop
    if not input -> 'shipped' ? role and app.role_facts(role) is null then
      perform app.refuse(422, 'invalid_request', '{"field": "mfa_roles", "code": "unsupported"}');
    end if;
  end loop;
  update app.tenant x set name = t.name, locale = t.locale, locales = t.locales,
    timezone = coalesce(p ->> 'timezone', x.timezone),
    show_available = coalesce((p ->> 'show_available')::boolean, x.show_available),
    mfa = coalesce(p ->> 'mfa', x.mfa),
    mfa_roles = case when p ? 'mfa_roles' then array(select jsonb_array_elements_text(p -> 'mfa_roles')) else x.mfa_roles end,
    cors_origins = case when p ? 'cors_origins' then array(select jsonb_array_elements_text(p -> 'cors_origins')) else x.cors_origins end,
    password_rules = coalesce(p -> 'password_rules', x.password_rules),
    catalog_version = x.catalog_version + 1
  where x.id = t.id returning x.* into t;
  return app.settings_view(t);
end $$;
comment on function api.tenant_update(jsonb, jsonb) is 'Changes a shop''s settings; refuses version_mismatch.';
