-- Third statement of a checkout: the gateway has answered. Records its reference and the answer to the shopper; when two
-- retries come this far, the first one's answer is everybody's.
create or replace function api.checkout_finish(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  claim app.idempotency;
begin
  update app.idempotency i set status = 'finished', answer_status = (input ->> 'answer_status')::int, answer_body = input ->> 'answer_body'
  where i.tenant_id = t.id and i.scope = input ->> 'scope' and i.key = input ->> 'key' and i.status = 'in_flight'
    and i.payment_id = (input ->> 'payment_id')::uuid
  returning * into claim;
  if found then
    update app.payment p set status = case p.status when 'initiated' then 'pending' else p.status end,
      gateway_ref = coalesce(p.gateway_ref, input ->> 'gateway_ref'), redirect_url = coalesce(p.redirect_url, input ->> 'redirect_url'),
      next_check_at = now() + interval '60 seconds'
    where p.tenant_id = t.id and p.id = claim.payment_id;
  else
    select * into claim from app.idempotency i where i.tenant_id = t.id and i.scope = input ->> 'scope' and i.key = input ->> 'key';
  end if;
  return jsonb_build_object('status', claim.answer_status, 'body', claim.answer_body);
end $$;
comment on function api.checkout_finish(jsonb, jsonb) is 'Stores the gateway''s reference and the answer of the checkout; answers with what is stored.';
