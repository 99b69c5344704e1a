-- A provider tells that one of its people has come, changed, is kept out or has gone. What it told earlier and comes later is passed
-- over; who is gone stays gone.
create or replace function api.auth_external_sync(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  p identity.provider := app.provider_of(realm, input ->> 'provider');
  link jsonb := (input -> 'link') || jsonb_build_object('provider_id', p.id);
  person jsonb := (input -> 'person') || jsonb_build_object('kind', input ->> 'kind', 'locale', coalesce(input #>> '{person,locale}', t.locale));
  told_at timestamptz := (input ->> 'told_at')::timestamptz;
  gone boolean := (input -> 'gone')::boolean;
  barred boolean := (input -> 'barred')::boolean;
  email text := input ->> 'email';
  ended jsonb := '[]';
  x identity.external_identity;
  a identity.account;
begin
  if gone then
    a := app.lock_account(realm, (app.link_of(p, link ->> 'subject')).account_id);
    -- Also for somebody who is not known yet: what was told before may come after.
    insert into identity.external_identity as i (realm_id, id, provider_id, subject, synced_at, gone_at)
    values (realm, (link ->> 'id')::uuid, p.id, link ->> 'subject', told_at, now())
    on conflict on constraint external_identity_subject_key do nothing;
  else
    a := app.external_account(p, link, email, person);
  end if;
  x := app.link_of(p, link ->> 'subject');
  if x.id is null then return jsonb_build_object('outcome', 'unproved', 'ended', ended); end if;
  if x.gone_at is not null then return jsonb_build_object('outcome', 'unknown', 'ended', ended); end if;
  if x.synced_at >= told_at then return jsonb_build_object('outcome', 'stale', 'ended', ended); end if;
  -- It came into being while this waited.
  if a.id is null then a := app.lock_account(realm, x.account_id); end if;

  update identity.external_identity i set synced_at = told_at, email = coalesce(input ->> 'email', i.email),
    gone_at = case when gone then now() end, barred_at = case when barred then coalesce(i.barred_at, now()) end
  where i.realm_id = realm and i.id = x.id;
  if gone or barred and x.barred_at is null then
    -- The epoch ends what a member of several shops has in the others.
    update identity.account c set epoch = c.epoch + 1 where c.realm_id = realm and c.id = a.id;
    ended := app.end_sessions(a.id, case when gone then 'external_identity_gone' else 'external_identity_barred' end);
  end if;
  if not gone then
    -- The address follows the provider's as long as it was the provider's, and unless somebody here has it; a name that the
    -- provider does not know stays.
    if email <> a.email and a.email = x.email and (app.account_at(realm, 'email', email)).id is null then
      a := app.take_address(realm, a.id, 'email', email);
    end if;
    update identity.account c set given_name = coalesce(nullif(person ->> 'given_name', ''), c.given_name),
      family_name = coalesce(nullif(person ->> 'family_name', ''), c.family_name)
    where c.realm_id = realm and c.id = a.id and (c.given_name, c.family_name) is distinct from
      (coalesce(nullif(person ->> 'given_name', ''), c.given_name), coalesce(nullif(person ->> 'family_name', ''), c.family_name));
    perform app.attach_orders(a);
  end if;
  return jsonb_build_object('outcome', case when gone then 'unlinked' else 'synced' end, 'ended', ended);
end $$;
comment on function api.auth_external_sync(jsonb, jsonb) is 'Creates, changes, keeps out or unlinks the account of a provider''s person; answers which sessions ended.';
