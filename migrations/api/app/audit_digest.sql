-- The canonical form of a line, hashed: what the chain of audit.link holds on to. A new form gets a new number; the old one stays for the links
-- that were made with it.
--
-- Form 1: SHA-256 of the UTF-8 text of a JSON array, as PostgreSQL's json_build_array writes it (", " between members): "wasla audit entry", 1,
-- tenant_id, id, occurred_at in microseconds since 1970, actor, request_id, ip, action, table_name, row_id, before and after as jsonb
-- writes itself, reason; null for what is absent.
create or replace function app.audit_digest(form int, e audit.entry) returns bytea
language sql stable
as $$
select case form when 1 then sha256(convert_to(json_build_array('wasla audit entry', 1, e.tenant_id, e.id,
  (extract(epoch from e.occurred_at) * 1000000)::bigint, e.actor, e.request_id, e.ip, e.action, e.table_name, e.row_id, e.before, e.after,
  e.reason)::text, 'UTF8')) end
$$;
comment on function app.audit_digest(int, audit.entry) is 'SHA-256 of a line of the trail in a canonical form.';
