-- Timestamps travel as ISO 8601 in UTC with milliseconds (design §3).
create or replace function app.iso(at timestamptz) returns text
language sql stable parallel safe
as $$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
comment on function app.iso(timestamptz) is 'ISO 8601 in UTC with milliseconds.';
