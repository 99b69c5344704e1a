-- Money in answers: integer minor units with its currency; null stays null.
create or replace function app.money(amount_minor bigint, currency text) returns jsonb
language sql stable parallel safe
as $$
  select case when amount_minor is not null then jsonb_build_object('amount_minor', amount_minor, 'currency', currency) end
$$;
comment on function app.money(bigint, text) is 'Money as JSON.';
