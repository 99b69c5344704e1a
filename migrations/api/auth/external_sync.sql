-- A provider tells that one of its people has come, changed or gone. What it told earlier and comes later is passed over.
create or replace function api.auth_external_sync(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  realm uuid := app.realm_of(input ->> 'kind');
  p identity.provider := app.provider_of(realm, input ->> 'provider');
  told_at timestamptz := (input ->> 'told_at')::timestamptz;
  person jsonb := (input -> 'person') || jsonb_build_object('kind', input ->> 'kind');
  email text := input ->> 'email';
  x identity.external_identity;
  a identity.account;
begin
  select i.* into x from identity.external_identity i
  where i.realm_id = realm and i.provider_id = p.id and i.subject = input #>> '{link,subject}' for no key update;
  if x.synced_at >= told_at then return jsonb_build_object('outcome', 'stale', 'ended', '[]'::jsonb); end if;
  if x.gone_at is not null or x.id is null and (input ->> 'gone')::boolean then
    return jsonb_build_object('outcome', 'unknown', 'ended', '[]'::jsonb);
  end if;
  if (input ->> 'gone')::boolean then
    a := app.lock_account(realm, x.account_id);
    -- The row stays, so that what is told late does not link the person anew.
    update identity.external_identity i set gone_at = now(), synced_at = told_at where i.realm_id = realm and i.id = x.id;
    return jsonb_build_object('outcome', 'unlinked', 'ended', app.end_sessions(a.id, 'external_identity_gone'));
  end if;
  if x.id is null then
    a := app.external_account(p, (input -> 'link') || jsonb_build_object('provider_id', p.id, 'synced_at', told_at), email, person);
    if a.id is null then return jsonb_build_object('outcome', 'unproved', 'ended', '[]'::jsonb); end if;
  else
    a := app.lock_account(realm, x.account_id);
    update identity.external_identity i set synced_at = told_at, email = coalesce(input ->> 'email', i.email) where i.realm_id = realm and i.id = x.id;
    -- The address follows the provider's as long as it was the provider's, and unless somebody here has it.
    if email <> a.email and a.email = x.email and (app.account_at(realm, 'email', email)).id is null then
      a := app.take_address(realm, a.id, 'email', email);
    end if;
    update identity.account c set given_name = person ->> 'given_name', family_name = person ->> 'family_name'
    where c.realm_id = realm and c.id = a.id
      and (c.given_name, c.family_name) is distinct from (person ->> 'given_name', person ->> 'family_name');
  end if;
  perform app.attach_orders(a);
  return jsonb_build_object('outcome', 'synced', 'account_id', a.id, 'ended',
    case when (input ->> 'barred')::boolean then app.end_sessions(a.id, 'external_identity_barred') else '[]'::jsonb end);
end $$;
comment on function api.auth_external_sync(jsonb, jsonb) is 'Creates, changes or unlinks the account of a provider''s person; answers which sessions ended.';
