-- The rest of app.pick_lang: looks through all wanted languages.
create or replace function app.first_spoken(wanted jsonb, locales text[], fallback text) returns text
language plpgsql immutable parallel safe
as $$
begin
  return (
    select coalesce(
      (select w.lang from jsonb_array_elements_text(wanted) with ordinality w (lang, n)
       where w.lang = any (locales) order by w.n limit 1),
      fallback));
end $$;
comment on function app.first_spoken(jsonb, text[], text) is 'First of the wanted languages that is in a list, else the fallback.';
