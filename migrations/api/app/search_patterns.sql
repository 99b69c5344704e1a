-- The LIKE patterns of a query: every word must occur; the Arabic article is optional.
-- A folded text has only letters, digits and spaces, so no character of it is special to LIKE.
create or replace function app.search_patterns(query text) returns text[]
language plpgsql immutable parallel safe
as $$
begin
  return (
    select coalesce(array_agg('%' || case when length(w) > 4 and left(w, 2) = U&'\0627\0644' then substr(w, 3) else w end || '%'), array['%'])
    from unnest(string_to_array(nullif(app.fold_text(query), ''), ' ')) w);
end $$;
comment on function app.search_patterns(text) is 'LIKE patterns, one for each word of a query.';
