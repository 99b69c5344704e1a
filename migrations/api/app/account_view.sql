-- An account as its owner sees it.
create or replace function app.account_view(a identity.account) returns jsonb
language plpgsql stable
as $$
declare
  c identity.credential;
begin
  select x.* into c from identity.credential x where x.realm_id = a.realm_id and x.id = a.id;
  return jsonb_build_object(
    'id', a.id, 'kind', a.kind, 'email', a.email, 'email_verified', a.email_verified_at is not null,
    'phone', a.phone, 'phone_verified', a.phone_verified_at is not null, 'given_name', a.given_name, 'family_name', a.family_name,
    'locale', a.locale, 'timezone', a.timezone, 'birth_date', a.birth_date, 'gender', a.gender, 'avatar_url', a.avatar_url,
    'currency', a.currency, 'notify_email', a.notify_email, 'notify_sms', a.notify_sms, 'metadata', a.metadata, 'status', a.status,
    'role', (app.standing(a)).role, 'has_password', c.password_hash is not null, 'has_totp', c.totp_sealed is not null,
    'recovery_codes_left', coalesce(cardinality(c.recovery_hashes), 0),
    'created_at', app.iso(a.created_at), 'last_sign_in_at', app.iso(a.last_sign_in_at));
end $$;
comment on function app.account_view(identity.account) is 'Profile, addresses and which proofs there are; no secret.';
