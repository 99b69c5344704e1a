-- A shop speaks its default language, and has a name in it.
create or replace function app.check_names(t app.tenant) returns void
language plpgsql stable
as $$
begin
  if not t.locale = any (t.locales) then perform app.refuse(422, 'invalid_request', '{"field": "locale", "code": "unsupported"}'); end if;
  if not t.name ? t.locale then perform app.refuse(422, 'invalid_request', jsonb_build_object('field', 'name.' || t.locale, 'code', 'required')); end if;
end $$;
comment on function app.check_names(app.tenant) is 'Refuses a locale that is not among the locales, and a name without the default language.';
