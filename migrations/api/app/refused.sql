-- A refusal as an answer, where something must be kept: an attempt, a try, a throttle, the end of a session.
create or replace function app.refused(status int, code text, detail jsonb default null) returns jsonb
language sql immutable parallel safe
as $$
  select jsonb_build_object('refused', jsonb_build_object('status', status, 'code', code, 'detail', detail))
$$;
comment on function app.refused(int, text, jsonb) is 'A refusal that commits: the edge treats it like one that was raised.';
