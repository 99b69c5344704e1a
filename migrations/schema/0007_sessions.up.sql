-- What a tenant knows of people: members, sessions, messages to them, customers' addresses, carts and orders; its sign-in policy.
set local role superadmin;

alter table app.tenant
  add column mfa text not null default 'optional' constraint tenant_mfa_check check (mfa in ('off', 'optional', 'required')),
  add column mfa_roles text[] not null default '{}',
  add column password_rules jsonb not null default '{}' constraint tenant_password_rules_check check (jsonb_typeof(password_rules) = 'object');
comment on column app.tenant.mfa is 'second factors of staff: off, optional, or required for mfa_roles';
comment on column app.tenant.mfa_roles is 'roles that must have a second factor where mfa is required; empty: all of them';
comment on column app.tenant.password_rules is 'composition rules: min_length (int), lower, upper, digit, symbol (true); none by default';

create table app.membership (
  tenant_id uuid not null constraint membership_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  realm_id uuid not null default app.staff_realm() constraint membership_realm_id_check check (realm_id = app.staff_realm()),
  account_id uuid not null,
  role text not null constraint membership_role_check check (role ~ '^[a-z]+(_[a-z]+)*$' and length(role) <= 50),
  status text not null default 'active' constraint membership_status_check check (status in ('active', 'suspended')),
  epoch bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint membership_pkey primary key (tenant_id, id),
  constraint membership_account_id_key unique (tenant_id, account_id),
  constraint membership_account_id_fkey foreign key (realm_id, account_id) references identity.account (realm_id, id)
);
comment on table app.membership is 'A staff account''s place in a tenant.';
comment on column app.membership.realm_id is 'always the staff realm, so that no customer can become a member';
comment on column app.membership.role is 'name of a shipped bundle of permissions; the catalogue is in Rust';
comment on column app.membership.epoch is 'only grows: with role and status; tokens carry account.epoch + membership.epoch';

create function app.raise_membership_epoch() returns trigger language plpgsql as $$
begin
  if (new.role, new.status) is distinct from (old.role, old.status) then new.epoch := old.epoch + 1; end if;
  new.epoch := greatest(new.epoch, old.epoch);
  return new;
end $$;
comment on function app.raise_membership_epoch() is 'Row trigger: a change of role or status ends the tokens of the old one; an epoch never shrinks.';
create trigger membership_epoch before update on app.membership for each row execute function app.raise_membership_epoch();

create table app.session (
  -- No foreign key to the tenant here, in messages and in challenges: it would lock the shop's one row at every sign-in (0005).
  tenant_id uuid not null,
  id uuid not null,
  realm_id uuid not null,
  account_id uuid not null,
  epoch bigint not null,
  methods text[] not null,
  label text,
  user_agent text,
  fingerprint text,
  authenticated_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint session_pkey primary key (tenant_id, id),
  constraint session_realm_id_check check (realm_id in (tenant_id, app.staff_realm())),
  constraint session_account_id_fkey foreign key (realm_id, account_id) references identity.account (realm_id, id),
  constraint session_end_reason_check check ((ended_at is null) = (end_reason is null))
);
comment on table app.session is 'One sign-in of an account at a tenant; access and refresh tokens hang on it (SES-01, SES-05).';
comment on column app.session.epoch is 'account.epoch that it belongs to; a session of an older one is over, in whatever tenant it is';
comment on column app.session.methods is 'what proved the person: password, otp, totp, recovery';
comment on column app.session.fingerprint is 'coarse print of the device, for the person''s own list';
comment on column app.session.authenticated_at is 'when the person last proved themselves; sensitive actions ask for a recent one';
comment on column app.session.expires_at is 'the cap: refreshing does not go beyond it (ruling C-02)';
create index session_account_id_idx on app.session (tenant_id, account_id, created_at desc);
create index session_expires_at_idx on app.session (tenant_id, expires_at);

create table app.session_use (
  tenant_id uuid not null,
  session_id uuid not null,
  seen_at timestamptz not null default now(),
  ip text,
  constraint session_use_pkey primary key (tenant_id, session_id),
  constraint session_use_session_id_fkey foreign key (tenant_id, session_id) references app.session (tenant_id, id) on delete cascade
) with (fillfactor = 50);
comment on table app.session_use is 'When and from where a session was last used, to the minute: apart from the session, whose changes are audited.';

create table app.refresh_token (
  tenant_id uuid not null,
  hash bytea not null constraint refresh_token_hash_check check (length(hash) = 32),
  session_id uuid not null,
  parent_hash bytea,
  expires_at timestamptz not null,
  used_at timestamptz,
  child_hash bytea,
  child_sealed text,
  created_at timestamptz not null default now(),
  constraint refresh_token_pkey primary key (tenant_id, hash),
  constraint refresh_token_parent_hash_key unique (tenant_id, parent_hash),
  constraint refresh_token_session_id_fkey foreign key (tenant_id, session_id) references app.session (tenant_id, id) on delete cascade,
  constraint refresh_token_used_at_check check ((used_at is null) = (child_hash is null))
);
comment on table app.refresh_token is 'The chain of a session''s refresh tokens. A parent has one child; one that is used twice ends the session.';
comment on column app.refresh_token.hash is 'SHA-256 of the token';
comment on column app.refresh_token.child_sealed is 'the child itself, sealed: the same answer for a parent that comes again within the grace';
create index refresh_token_session_id_idx on app.refresh_token (tenant_id, session_id);

create table app.message (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null constraint message_kind_check check (length(kind) between 1 and 60),
  channel text not null constraint message_channel_check check (channel in ('email', 'sms')),
  recipient text not null,
  account_id uuid,
  sealed_body text,
  status text not null default 'waiting' constraint message_status_check check (status in ('waiting', 'sent', 'given_up')),
  attempts int not null default 0,
  next_at timestamptz not null default now(),
  sent_at timestamptz,
  error text,
  request_id text default app.request_id(),
  created_at timestamptz not null default now(),
  constraint message_pkey primary key (tenant_id, id),
  constraint message_sealed_body_check check (status <> 'waiting' or sealed_body is not null)
);
comment on table app.message is 'E-mails and text messages on their way: written beside what they tell of, sent by a job.';
comment on column app.message.sealed_body is 'what it says, sealed, since it carries codes and links; erased once sent or given up';
comment on column app.message.next_at is 'when a job may try; moved ahead while one holds it';
create index message_next_at_idx on app.message (tenant_id, next_at) where status = 'waiting';
create index message_created_at_idx on app.message (tenant_id, created_at);

create table app.customer_address (
  tenant_id uuid not null,
  id uuid not null,
  customer_id uuid not null,
  label text constraint customer_address_label_check check (length(label) <= 60),
  name text not null constraint customer_address_name_check check (length(name) between 1 and 120),
  phone text not null,
  address jsonb not null constraint customer_address_address_check check (jsonb_typeof(address) = 'object'),
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  deleted_at timestamptz,
  version bigint not null default 1,
  constraint customer_address_pkey primary key (tenant_id, id),
  constraint customer_address_customer_id_fkey foreign key (tenant_id, customer_id) references identity.account (realm_id, id)
);
comment on table app.customer_address is 'Where a customer has things delivered (USR-05); an order copies what it uses.';
comment on column app.customer_address.address is 'as in an order''s shipping_address';
create unique index customer_address_is_default_key on app.customer_address (tenant_id, customer_id) where is_default and deleted_at is null;
create index customer_address_customer_id_idx on app.customer_address (tenant_id, customer_id);

-- A default, so that whoever places an order or begins a cart need not know about accounts.
alter table app.cart add column customer_id uuid,
  add constraint cart_customer_id_fkey foreign key (tenant_id, customer_id) references identity.account (realm_id, id);
alter table app.cart alter column customer_id set default app.customer_id();
comment on column app.cart.customer_id is 'the customer who began it or took it along at sign-in; NULL: a guest''s';
create index cart_customer_id_idx on app.cart (tenant_id, customer_id, updated_at desc) where customer_id is not null and status = 'open';
alter table app.sales_order add column customer_id uuid,
  add constraint sales_order_customer_id_fkey foreign key (tenant_id, customer_id) references identity.account (realm_id, id);
alter table app.sales_order alter column customer_id set default app.customer_id();
comment on column app.sales_order.customer_id is 'the customer who placed it, or who later proved that its e-mail is theirs; NULL: a guest''s';
create index sales_order_customer_id_idx on app.sales_order (tenant_id, customer_id, placed_at desc, id) where customer_id is not null;
create index sales_order_email_idx on app.sales_order (tenant_id, lower(email)) where customer_id is null;

select app.protect('app.membership');
select app.protect('app.session');
select app.protect('app.customer_address');
-- Machinery: isolated, without audit rows; what they belong to is audited.
do $$
declare
  bare text;
begin
  foreach bare in array array['session_use', 'refresh_token', 'message'] loop
    execute format('alter table app.%I enable row level security', bare);
    execute format('alter table app.%I force row level security', bare);
    execute format('create policy %I on app.%I using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()))',
      bare || '_tenant', bare);
  end loop;
end $$;

grant select, insert, update, delete on app.session, app.session_use, app.refresh_token to app_identity;
grant select, update on app.membership to app_identity;
grant select, insert, delete on app.message to app_identity;
grant select, insert, update on app.message to app_executor;
grant select, insert, update on app.customer_address to app_executor;
-- Signing in takes a guest's cart along; proving an address takes guest orders along, and nothing else of an order.
grant select, update, delete on app.cart, app.cart_item to app_identity;
grant insert on app.cart_item to app_identity;
grant select (tenant_id, id, email, customer_id), update (customer_id) on app.sales_order to app_identity;

-- A shop sees its own customers and the staff who are members; what proves them it does not see.
grant select on identity.account to app_executor;
grant select on app.membership to app_executor;
create policy account_executor on identity.account for select to app_executor using (
  realm_id = (select app.tenant_id()) or (realm_id = app.staff_realm() and exists (
    select from app.membership m where m.tenant_id = (select app.tenant_id()) and m.account_id = account.id)));
comment on policy account_executor on identity.account is 'Own customers, and staff who are members of the running tenant.';
