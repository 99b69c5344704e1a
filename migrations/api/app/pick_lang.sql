-- The first wanted language that the shop speaks, else the shop's own. In SQL, so that the usual cases, nothing wanted and the
-- first one spoken, become part of the calling expression.
create or replace function app.pick_lang(wanted jsonb, locales text[], fallback text) returns text
language sql immutable parallel safe
as $$
  select case
    when wanted is null or wanted = '[]' then fallback
    when wanted ->> 0 = any (locales) then wanted ->> 0
    else app.first_spoken(wanted, locales, fallback) end
$$;
comment on function app.pick_lang(jsonb, text[], text) is 'Language of an answer.';
