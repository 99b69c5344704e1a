-- One session, which must be there.
create or replace function app.end_session(account uuid, why text, wanted uuid) returns jsonb
language plpgsql volatile
as $$
declare
  -- To end_sessions no id would mean every session.
  ended jsonb := case when wanted is null then '[]' else app.end_sessions(account, why, wanted => wanted) end;
begin
  if ended = '[]' then perform app.refuse(404, 'session_not_found'); end if;
  return ended;
end $$;
comment on function app.end_session(uuid, text, uuid) is 'Ends one session of an account in the running tenant; refuses session_not_found.';
