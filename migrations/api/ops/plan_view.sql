create or replace function ops.plan_view(p ops.plan) returns jsonb
language plpgsql stable
as $$
begin
  return jsonb_build_object('key', p.key, 'revision', p.revision, 'name', p.name, 'limits', p.limits, 'features', to_jsonb(p.features),
    'created_at', app.iso(p.created_at));
end $$;
comment on function ops.plan_view(ops.plan) is 'A revision of a plan as the API shows it.';
