-- Growing delay between questions to the gateway: 10 s, 20 s, 40 s … at most an hour.
create or replace function app.check_delay(checks int) returns interval
language sql immutable parallel safe
as $$
  select least(interval '10 seconds' * power(2, least(checks, 12)), interval '1 hour')
$$;
comment on function app.check_delay(int) is 'Delay before a payment is reconciled again.';
