-- A provider's person is this account from now on. Of two who link at once one is written; if that is another account, the other
-- begins again and finds it.
create or replace function app.link_identity(a identity.account, link jsonb) returns void
language plpgsql volatile
as $$
declare
  owner uuid;
begin
  if link is null or a.id is null then return; end if;
  insert into identity.external_identity (realm_id, id, provider_id, subject, account_id, email, proved_by)
  values (a.realm_id, (link ->> 'id')::uuid, (link ->> 'provider_id')::uuid, link ->> 'subject', a.id, link ->> 'email', coalesce(link ->> 'proved_by', 'provider'))
  on conflict on constraint external_identity_subject_key do nothing;
  select x.account_id into owner from identity.external_identity x
  where x.realm_id = a.realm_id and x.provider_id = (link ->> 'provider_id')::uuid and x.subject = link ->> 'subject';
  if owner is distinct from a.id then perform app.refuse(409, 'concurrent_update'); end if;
end $$;
comment on function app.link_identity(identity.account, jsonb) is 'Links {id, provider_id, subject, email, proved_by} to an account; refuses concurrent_update when it is another''s.';
