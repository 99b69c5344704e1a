-- What an idempotency key already stands for (ruling C-30): NULL when nothing, else a replay, a running request, or, once its
-- lease has run out, an interrupted one. Another request under the same key is refused.
create or replace function app.claim_answer(tenant uuid, input jsonb) returns jsonb
language plpgsql stable as $$
declare
  claim app.idempotency;
begin
  select * into claim from app.idempotency i where i.tenant_id = tenant and i.scope = input ->> 'scope' and i.key = input ->> 'key';
  if claim.key is null then return null; end if;
  if claim.fingerprint <> input ->> 'fingerprint' then
    perform app.refuse(422, 'idempotency_key_reused', '{"field": "Idempotency-Key"}');
  end if;
  if claim.status = 'finished' then
    return jsonb_build_object('replay', jsonb_build_object('status', claim.answer_status, 'body', claim.answer_body));
  end if;
  if claim.lease_until > clock_timestamp() then
    return jsonb_build_object('in_flight', jsonb_build_object('retry_after_s',
      greatest(1, ceil(extract(epoch from claim.lease_until - clock_timestamp())))));
  end if;
  return jsonb_build_object('interrupted', jsonb_build_object('order_id', claim.order_id, 'payment_id', claim.payment_id));
end $$;
comment on function app.claim_answer(uuid, jsonb) is 'State of an idempotency key as JSON.';
