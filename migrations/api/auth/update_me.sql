-- PATCH me: what is in the patch, and of that only what people may change themselves.
create or replace function api.auth_update_me(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  a identity.account := app.require_session();
  p jsonb := input -> 'patch';
begin
  update identity.account x set
    given_name = coalesce(p ->> 'given_name', x.given_name),
    family_name = coalesce(p ->> 'family_name', x.family_name),
    locale = coalesce(p ->> 'locale', x.locale),
    timezone = coalesce(p ->> 'timezone', x.timezone),
    birth_date = case when p ? 'birth_date' then (p ->> 'birth_date')::date else x.birth_date end,
    gender = case when p ? 'gender' then p ->> 'gender' else x.gender end,
    avatar_url = case when p ? 'avatar_url' then p ->> 'avatar_url' else x.avatar_url end,
    currency = case when p ? 'currency' then p ->> 'currency' else x.currency end,
    notify_email = coalesce((p ->> 'notify_email')::boolean, x.notify_email),
    notify_sms = coalesce((p ->> 'notify_sms')::boolean, x.notify_sms),
    metadata = coalesce(nullif(p -> 'metadata', 'null'), x.metadata)
  where x.realm_id = a.realm_id and x.id = a.id returning x.* into a;
  return app.account_view(a);
end $$;
comment on function api.auth_update_me(jsonb, jsonb) is 'Changes the caller''s profile.';
