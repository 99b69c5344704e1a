-- For a request that found its key taken at the moment of writing: whoever holds it is running or has finished.
create or replace function app.running_or_replay(tenant uuid, input jsonb) returns jsonb
language plpgsql stable as $$
declare
  claim jsonb := app.claim_answer(tenant, input);
begin
  if claim ? 'interrupted' or claim is null then return '{"in_flight": {"retry_after_s": 1}}'; end if;
  return claim;
end $$;
comment on function app.running_or_replay(uuid, jsonb) is 'in_flight or replay of a key that another request holds.';
