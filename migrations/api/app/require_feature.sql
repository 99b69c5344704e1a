create or replace function app.require_feature(t app.tenant, feature text) returns void
language plpgsql stable
as $$
begin
  if not feature = any (t.features) then perform app.refuse(403, 'feature_not_in_plan', jsonb_build_object('feature', feature)); end if;
end $$;
comment on function app.require_feature(app.tenant, text) is 'Refuses feature_not_in_plan when the shop''s plan does not hold what is asked for.';
