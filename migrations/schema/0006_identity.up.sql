-- Who people are (AUTH-*, MFA-*, USR-*, ruling C-08): accounts, what proves them, devices, challenges, throttles, attempts.
--
-- A realm is where an e-mail is unique: staff share the one staff realm, customers live in the realm of their tenant, whose id it is.
-- The functions api.auth_* run as app_identity, which alone reads what proves a person.
do $$
begin
  begin
    create role app_identity nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  exception when duplicate_object or unique_violation then
    null;
  end;
  if not pg_has_role(current_user, 'app_identity', 'member') then
    execute format('grant app_identity to %I', current_user);
  end if;
end $$;

create schema identity authorization superadmin;
comment on schema identity is 'Accounts and what proves them. Rows belong to a realm: the staff realm or one tenant''s customers.';
grant usage on schema identity to app_identity, app_executor;
grant usage on schema app, api, audit to app_identity;

set local role superadmin;
grant insert on audit.entry to app_identity;
grant select on app.tenant to app_identity;

-- Context ------------------------------------------------------------------------------------------------------------
create function app.staff_realm() returns uuid language sql immutable parallel safe
  return '00000000-0000-0000-0000-000000000000'::uuid;
comment on function app.staff_realm() is 'The one realm of all staff accounts.';

create function app.realm_of(kind text) returns uuid language sql stable parallel safe
  return case kind when 'staff' then app.staff_realm() when 'customer' then app.tenant_id() end;
comment on function app.realm_of(text) is 'Realm of a kind of account under the running tenant.';

create function app.account_id() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.account_id', true), '')::uuid;
comment on function app.account_id() is 'Account that is signed in; NULL for guests, gateways and jobs.';

create function app.customer_id() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.customer_id', true), '')::uuid;
comment on function app.customer_id() is 'Account that is signed in as a customer of the running tenant; NULL for everybody else, staff too.';

create function app.session_id() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.session_id', true), '')::uuid;
comment on function app.session_id() is 'Session of the running statement; NULL without one.';

-- What makes a table a realm table -----------------------------------------------------------------------------------
create function app.audit_realm_row() returns trigger language plpgsql as $$
declare
  changed record;
begin
  if tg_op = 'DELETE' then changed := old; else changed := new; end if;
  insert into audit.entry (tenant_id, actor, request_id, ip, action, table_name, row_id, before, after)
  values (app.tenant_id(), app.actor(), app.request_id(), app.ip(), lower(tg_op), tg_table_name, changed.id::text,
    to_jsonb(old) - coalesce(tg_argv[0:]::text[], '{}'), to_jsonb(new) - coalesce(tg_argv[0:]::text[], '{}'));
  return null;
end $$;
comment on function app.audit_realm_row() is 'Row trigger of realm tables: writes audit.entry under the running tenant; arguments name columns that are left out.';

create function app.confine_to_realm(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  -- Outside of a tenant no row is seen, of staff neither.
  execute format('create policy %I on %s to app_identity, superadmin using (%3$s) with check (%3$s)',
    (select relname from pg_class where oid = target) || '_realm', target,
    'realm_id = (select app.tenant_id()) or (realm_id = app.staff_realm() and (select app.tenant_id()) is not null)');
end $$;
comment on function app.confine_to_realm(regclass) is 'Forced row-level security of a realm table: the running tenant''s customers and the staff.';

create function app.protect_realm(target regclass, variadic audit_omits text[] default '{}') returns void language plpgsql as $$
declare
  bare text := (select relname from pg_class where oid = target);
  omitted text := (select coalesce(string_agg(quote_literal(c), ', '), '') from unnest(audit_omits) c);
begin
  perform app.confine_to_realm(target);
  execute format('create trigger %I after insert or update or delete on %s for each row execute function app.audit_realm_row(%s)',
    bare || '_audit', target, omitted);
  execute format('create trigger %I before update on %s for each row execute function app.touch_row()', bare || '_touch', target);
end $$;
comment on function app.protect_realm(regclass, text[]) is 'Makes a table a realm table: policy, audit and touch triggers.';

-- Accounts -----------------------------------------------------------------------------------------------------------
create table identity.account (
  realm_id uuid not null,
  id uuid not null,
  kind text not null constraint account_kind_check check (kind in ('staff', 'customer')),
  email text constraint account_email_check check (email = lower(email) and length(email) <= 254 and email ~ '^[^@\s]+@[^@\s]+$'),
  email_verified_at timestamptz,
  phone text constraint account_phone_check check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  phone_verified_at timestamptz,
  status text not null default 'active' constraint account_status_check check (status in ('active', 'suspended')),
  epoch bigint not null default 1,
  given_name text not null default '' constraint account_given_name_check check (length(given_name) <= 120),
  family_name text not null default '' constraint account_family_name_check check (length(family_name) <= 120),
  locale text not null default 'ar' constraint account_locale_check check (locale ~ '^[a-z]{2}(-[A-Z]{2})?$'),
  timezone text not null default 'Asia/Riyadh' constraint account_timezone_check check (length(timezone) between 1 and 50),
  birth_date date constraint account_birth_date_check check (birth_date > '1900-01-01'),
  gender text constraint account_gender_check check (gender in ('female', 'male', 'other')),
  avatar_url text constraint account_avatar_url_check check (length(avatar_url) <= 2000),
  currency text constraint account_currency_check check (currency ~ '^[A-Z]{3}$'),
  notify_email boolean not null default true,
  notify_sms boolean not null default false,
  metadata jsonb not null default '{}' constraint account_metadata_check
    check (jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 4096),
  last_sign_in_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  deleted_at timestamptz,
  version bigint not null default 1,
  constraint account_pkey primary key (realm_id, id),
  constraint account_realm_id_check check ((realm_id = app.staff_realm()) = (kind = 'staff')),
  constraint account_email_phone_check check (email is not null or phone is not null)
) with (fillfactor = 80);
comment on table identity.account is 'A person: staff of the platform''s tenants, or a customer of one tenant. Comes into being when an address is proved.';
comment on column identity.account.realm_id is 'where the e-mail is unique: the staff realm, or the id of the tenant whose customer this is';
comment on column identity.account.epoch is 'only grows: with password, suspension and deletion; sessions and tokens of an older one are over';
comment on column identity.account.phone is 'signs in only once it is verified; before that it is a way to call';
comment on column identity.account.email_verified_at is 'NULL only for staff that were seeded and have not yet followed a link';
create unique index account_email_key on identity.account (realm_id, email) where deleted_at is null;
create unique index account_phone_key on identity.account (realm_id, phone) where deleted_at is null and phone_verified_at is not null;

create function app.raise_account_epoch() returns trigger language plpgsql as $$
begin
  if new.status <> old.status or new.deleted_at is distinct from old.deleted_at then new.epoch := old.epoch + 1; end if;
  new.epoch := greatest(new.epoch, old.epoch);
  return new;
end $$;
comment on function app.raise_account_epoch() is 'Row trigger: suspension and deletion, and their undoing, end what was signed in; an epoch never shrinks.';
create trigger account_epoch before update on identity.account for each row execute function app.raise_account_epoch();
select app.protect_realm('identity.account');
grant select, insert, update on identity.account to app_identity;

create table identity.credential (
  realm_id uuid not null,
  id uuid not null,
  password_hash text constraint credential_password_hash_check check (length(password_hash) between 20 and 500),
  password_fingerprints bytea[] not null default '{}' constraint credential_password_fingerprints_check check (cardinality(password_fingerprints) <= 5),
  password_set_at timestamptz,
  totp_sealed text,
  totp_step bigint,
  totp_set_at timestamptz,
  recovery_hashes bytea[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint credential_pkey primary key (realm_id, id),
  constraint credential_id_fkey foreign key (realm_id, id) references identity.account (realm_id, id),
  constraint credential_totp_sealed_check check (
    (totp_sealed is null) = (totp_step is null) and (totp_sealed is null) = (totp_set_at is null))
) with (fillfactor = 80);
comment on table identity.credential is 'What proves a person; its id is the account''s. Read by api.auth_* only.';
comment on column identity.credential.password_hash is 'Argon2id or bcrypt in PHC form, over the peppered password; NULL: has none';
comment on column identity.credential.password_fingerprints is
  'slow keyed hashes of the last five passwords, newest first: equal passwords of one account have equal ones, so SQL can compare them';
comment on column identity.credential.totp_sealed is 'the TOTP secret, sealed with a key outside of the database';
comment on column identity.credential.totp_step is 'last accepted time step (RFC 6238): only a later one is accepted';
comment on column identity.credential.recovery_hashes is 'codes that are still good; a used one is removed';
select app.protect_realm('identity.credential', 'password_hash', 'password_fingerprints', 'totp_sealed', 'recovery_hashes');
grant select, insert, update on identity.credential to app_identity;

create table identity.device (
  realm_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  token_sha256 bytea not null constraint device_token_sha256_check check (length(token_sha256) = 32),
  label text,
  seen_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint device_pkey primary key (realm_id, id),
  constraint device_account_id_fkey foreign key (realm_id, account_id) references identity.account (realm_id, id),
  constraint device_token_sha256_key unique (realm_id, token_sha256)
);
comment on table identity.device is 'Devices that an account has signed in from: strangers'' failures do not slow them down.';
comment on column identity.device.token_sha256 is 'hash of the token that the client keeps';
create index device_account_id_idx on identity.device (realm_id, account_id);
select app.protect_realm('identity.device', 'token_sha256');
grant select, insert, update, delete on identity.device to app_identity;

-- Machinery: short-lived, without audit rows of its own --------------------------------------------------------------
create table identity.challenge (
  realm_id uuid not null,
  id uuid not null,
  tenant_id uuid not null,
  purpose text not null constraint challenge_purpose_check
    check (purpose in ('verify_email', 'verify_phone', 'reset_password', 'sign_in', 'second_factor')),
  account_id uuid,
  destination text,
  secret_hash bytea constraint challenge_secret_hash_check check (length(secret_hash) = 32),
  facts jsonb not null default '{}',
  tries int not null default 0,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  constraint challenge_pkey primary key (realm_id, id),
  constraint challenge_secret_hash_key unique (realm_id, secret_hash)
);
comment on table identity.challenge is 'A secret that was handed out for a short time: link, one-time code, or the second half of a sign-in. Single use, five tries.';
comment on column identity.challenge.account_id is 'the account it is about; of a registration, the id that the account will have';
comment on column identity.challenge.destination is 'e-mail or phone that the secret was sent to, and that is proved by coming back with it';
comment on column identity.challenge.secret_hash is 'SHA-256 of a link''s secret, keyed hash of a code; NULL: only TOTP or a recovery code answers it';
comment on column identity.challenge.facts is 'what goes on after it: the registration with its password hash, the throttle keys of a sign-in';
create index challenge_expires_at_idx on identity.challenge (realm_id, expires_at);
create index challenge_account_id_idx on identity.challenge (realm_id, account_id, purpose);
create index challenge_destination_idx on identity.challenge (realm_id, destination, purpose);
select app.confine_to_realm('identity.challenge');
grant select, insert, update, delete on identity.challenge to app_identity;

create table identity.throttle (
  realm_id uuid not null,
  bucket text not null constraint throttle_bucket_check check (bucket in ('pair', 'device', 'account', 'network', 'tenant', 'send')),
  key text not null constraint throttle_key_check check (length(key) <= 200),
  count int not null default 0,
  window_started_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  blocked_until timestamptz,
  constraint throttle_pkey primary key (realm_id, bucket, key)
) with (fillfactor = 50);
comment on table identity.throttle is
  'Counters against guessing: failures of an identifier from a network or from a known device (growing delay), of an identifier in all, attempts of a network and a tenant, messages to an address.';
comment on column identity.throttle.key is 'hashed identifier, network, hashed device token, or nothing';
comment on column identity.throttle.blocked_until is 'pair and device: no attempt before it';
create index throttle_last_at_idx on identity.throttle (realm_id, last_at);
select app.confine_to_realm('identity.throttle');
grant select, insert, update, delete on identity.throttle to app_identity;

create table audit.attempt (
  tenant_id uuid not null,
  id bigint generated always as identity,
  occurred_at timestamptz not null default clock_timestamp(),
  account_kind text not null,
  kind text not null,
  outcome text not null,
  reason text,
  identifier_hash bytea,
  account_id uuid,
  session_id uuid,
  network text,
  ip text,
  user_agent text,
  request_id text,
  constraint attempt_pkey primary key (tenant_id, id)
);
comment on table audit.attempt is 'Every attempt to authenticate, register or recover, whatever became of it (AUTH-14). Append-only by grant.';
comment on column audit.attempt.kind is 'what was tried: password, totp, otp, refresh, register, …';
comment on column audit.attempt.outcome is 'succeeded, failed, throttled, sent, second_factor, reused';
comment on column audit.attempt.identifier_hash is 'keyed hash of the e-mail or phone that was given, also when nobody has it';
create index attempt_occurred_at_idx on audit.attempt (tenant_id, occurred_at);
alter table audit.attempt enable row level security;
alter table audit.attempt force row level security;
create policy attempt_tenant on audit.attempt
  using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()));
grant insert on audit.attempt to app_identity;
