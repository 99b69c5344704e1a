-- Money in answers: integer minor units with its currency; null stays null.
create or replace function app.money(amount_minor bigint, currency text) returns jsonb
language sql immutable parallel safe strict
as $$
  select jsonb_build_object('amount_minor', amount_minor, 'currency', currency)
$$;
comment on function app.money(bigint, text) is 'Money as JSON.';
