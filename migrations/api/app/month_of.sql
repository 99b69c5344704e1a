create or replace function app.month_of(t app.tenant, later int default 0) returns timestamptz
language plpgsql stable
as $$
begin
  return (date_trunc('month', now() at time zone t.timezone) + make_interval(months => later)) at time zone t.timezone;
end $$;
comment on function app.month_of(app.tenant, int) is 'When the running month begins in the shop''s time zone, or one so many months later.';
