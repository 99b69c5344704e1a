-- A public id: prefix, underscore, 32 hexadecimal digits (design §8).
create or replace function app.public_id(prefix text, id uuid) returns text
language sql immutable parallel safe
as $$
  select prefix || '_' || replace(id::text, '-', '')
$$;
comment on function app.public_id(text, uuid) is 'Prefixed form of an id, as it leaves the API.';
