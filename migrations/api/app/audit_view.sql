-- A line of the trail: what changed, before and after, and nothing else of the row. Of a person's account only the names of the columns: staff
-- belong to several shops, and what one of them is shown of a colleague is no matter of the trail.
create or replace function app.audit_view(e audit.entry) returns jsonb
language plpgsql stable
as $$
declare
  changed text[] := array(
    select k from jsonb_object_keys(coalesce(e.before, '{}') || coalesce(e.after, '{}')) k
    where e.before -> k is distinct from e.after -> k and k not in ('updated_at', 'updated_by', 'version') order by k);
  told boolean := e.table_name not in ('account', 'credential', 'device', 'external_identity', 'provider');
begin
  return jsonb_build_object('id', e.id, 'occurred_at', app.iso(e.occurred_at), 'actor', e.actor, 'ip', e.ip, 'request_id', e.request_id,
    'reason', e.reason, 'action', e.action, 'table', e.table_name, 'record_id', e.row_id, 'changed', to_jsonb(changed),
    'before', case when told and e.before is not null then (select coalesce(jsonb_object_agg(k, e.before -> k), '{}') from unnest(changed) k where e.before ? k) end,
    'after', case when told and e.after is not null then (select coalesce(jsonb_object_agg(k, e.after -> k), '{}') from unnest(changed) k where e.after ? k) end);
end $$;
comment on function app.audit_view(audit.entry) is 'Who did what when, with the changed columns before and after.';
