-- Here and in no caller's hands: nobody shortens it by a call.
create or replace function app.tenant_retention() returns interval
language sql immutable parallel safe
return interval '30 days';
comment on function app.tenant_retention() is 'How long a deleted shop can be restored; then its rows are purged.';
