-- Refuses the request: SQLSTATE WS<status>, the stable code as message, what the caller may know as JSON detail.
create or replace function app.refuse(status int, code text, detail jsonb default null) returns void
language plpgsql as $$
begin
  if detail is null then
    raise exception using errcode = 'WS' || status, message = code;
  end if;
  raise exception using errcode = 'WS' || status, message = code, detail = detail::text;
end $$;
comment on function app.refuse(int, text, jsonb) is 'Ends the statement with a refusal that the edge turns into problem+json.';
