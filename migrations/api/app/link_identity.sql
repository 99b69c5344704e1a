-- A provider's person is this account from now on. Whoever was linked first stays: of two at once, one is written.
create or replace function app.link_identity(a identity.account, link jsonb) returns void
language plpgsql volatile
as $$
begin
  if link is null or a.id is null then return; end if;
  insert into identity.external_identity (realm_id, id, provider_id, subject, account_id, email, synced_at)
  values (a.realm_id, (link ->> 'id')::uuid, (link ->> 'provider_id')::uuid, link ->> 'subject', a.id, link ->> 'email',
    (link ->> 'synced_at')::timestamptz)
  on conflict do nothing;
end $$;
comment on function app.link_identity(identity.account, jsonb) is 'Links {id, provider_id, subject, email, synced_at} to an account, unless it is linked already.';
