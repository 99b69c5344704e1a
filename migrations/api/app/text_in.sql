-- A translated text in a language, else in the shop's own, else in any it has.
create or replace function app.text_in(texts jsonb, lang text, fallback text) returns text
language sql immutable parallel safe
as $$
  select coalesce(texts ->> lang, texts ->> fallback, jsonb_path_query_first(texts, '$.*') #>> '{}', '')
$$;
comment on function app.text_in(jsonb, text, text) is 'Translation with fallback.';
