-- The tenant's own composition rules, over what Rust tells of the password without telling it.
create or replace function app.check_password_rules(rules jsonb, traits jsonb) returns void
language plpgsql stable
as $$
declare
  rule text;
begin
  if (traits ->> 'length')::int < (rules ->> 'min_length')::int then
    perform app.refuse(422, 'password_too_weak', '{"field": "password", "rule": "min_length"}');
  end if;
  foreach rule in array array['lower', 'upper', 'digit', 'symbol'] loop
    if (rules -> rule)::boolean and not coalesce((traits -> rule)::boolean, false) then
      perform app.refuse(422, 'password_too_weak', jsonb_build_object('field', 'password', 'rule', rule));
    end if;
  end loop;
end $$;
comment on function app.check_password_rules(jsonb, jsonb) is 'Refuses a password that breaks the tenant''s composition rules.';
