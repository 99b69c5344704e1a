-- A spent refresh token came again: whoever holds the chain, it ends here.
create or replace function app.refuse_reuse(input jsonb, s app.session) returns jsonb
language plpgsql volatile
as $$
begin
  perform app.end_sessions(s.account_id, 'refresh_reuse', wanted => s.id);
  perform app.note_attempt(input, 'refresh', 'reused', s.account_id, null, s.id);
  return app.refused(401, 'session_ended', jsonb_build_object('session_id', s.id));
end $$;
comment on function app.refuse_reuse(jsonb, app.session) is 'Ends a session whose refresh token was used twice; the refusal as an answer.';
