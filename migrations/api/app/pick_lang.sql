-- The first wanted language that the shop speaks, else the shop's own.
create or replace function app.pick_lang(wanted jsonb, locales text[], fallback text) returns text
language plpgsql immutable parallel safe
as $$
begin
  return (
    select coalesce(
      (select w.lang from jsonb_array_elements_text(coalesce(wanted, '[]')) with ordinality w (lang, n)
       where w.lang = any (locales) order by w.n limit 1),
      fallback));
end $$;
comment on function app.pick_lang(jsonb, text[], text) is 'Language of an answer.';
