-- An invitation as the shop's staff see it.
create or replace function app.invitation_view(i app.invitation) returns jsonb
language plpgsql stable
as $$
begin
  return jsonb_build_object('id', i.id, 'email', i.email, 'role', i.role,
    'status', case when i.status = 'pending' and i.expires_at <= now() then 'expired' else i.status end, 'invited_by', i.created_by,
    'created_at', app.iso(i.created_at), 'sent_at', app.iso(i.sent_at), 'expires_at', app.iso(i.expires_at), 'accepted_at', app.iso(i.accepted_at));
end $$;
comment on function app.invitation_view(app.invitation) is 'Whom a shop has asked, as what, and what became of it.';
