create or replace function app.plan_view(t app.tenant) returns jsonb
language plpgsql stable
as $$
begin
  return jsonb_build_object('key', t.plan, 'revision', t.plan_revision, 'limits', t.limits, 'features', to_jsonb(t.features));
end $$;
comment on function app.plan_view(app.tenant) is 'The terms that a shop is on.';
