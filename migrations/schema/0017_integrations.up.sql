-- Programs that act for a shop (DEV-01, DEV-02): what each may do, and the keys that prove it. A key is kept as a hash and proved within the statement that
-- serves its request, as a session is.
set local role superadmin;

create table app.integration (
  tenant_id uuid not null constraint integration_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  name text not null constraint integration_name_check check (length(name) between 1 and 60),
  scopes text[] not null constraint integration_scopes_check check (cardinality(scopes) between 1 and 100 and array_position(scopes, null) is null),
  allowed_addresses cidr[] not null default '{}'
    constraint integration_allowed_addresses_check check (cardinality(allowed_addresses) <= 50 and array_position(allowed_addresses, null) is null),
  rate_per_minute int not null constraint integration_rate_per_minute_check check (rate_per_minute between 1 and 6000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  deleted_at timestamptz,
  version bigint not null default 1,
  constraint integration_pkey primary key (tenant_id, id)
);
comment on table app.integration is 'A program that acts for a shop.';
comment on column app.integration.scopes is 'permissions, with all that they imply';
comment on column app.integration.allowed_addresses is 'networks that its requests may come from; none: from everywhere';
comment on column app.integration.rate_per_minute is 'requests in a minute, of each of its keys';
create index integration_created_at_idx on app.integration (tenant_id, created_at, id) where deleted_at is null;
select app.protect('app.integration');
grant select, insert, update on app.integration to app_executor;

create table app.api_key (
  tenant_id uuid not null,
  id uuid not null,
  integration_id uuid not null,
  secret_hash bytea not null constraint api_key_secret_hash_check check (length(secret_hash) = 32),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint api_key_pkey primary key (tenant_id, id),
  constraint api_key_integration_id_fkey foreign key (tenant_id, integration_id) references app.integration (tenant_id, id)
);
comment on table app.api_key is 'Keys of programs. The key itself is shown once, when it is made.';
comment on column app.api_key.secret_hash is 'SHA-256 of the secret part, which is 256 random bits';
create index api_key_integration_id_idx on app.api_key (tenant_id, integration_id);
select app.protect('app.api_key', 'secret_hash');
grant select, insert, update on app.api_key to app_executor;

create table app.api_key_use (
  tenant_id uuid not null,
  key_id uuid not null,
  seen_at timestamptz not null default now(),
  ip text,
  window_started_at timestamptz not null default now(),
  count int not null default 1,
  month date not null,
  month_count bigint not null default 1,
  constraint api_key_use_pkey primary key (tenant_id, key_id),
  constraint api_key_use_key_id_fkey foreign key (tenant_id, key_id) references app.api_key (tenant_id, id) on delete cascade
) with (fillfactor = 50);
comment on table app.api_key_use is 'When and from where a key was last used, and how often: apart from the key, whose changes are audited.';
comment on column app.api_key_use.count is 'requests of the running window';
comment on column app.api_key_use.month_count is 'requests of that month, which is one of the shop''s time zone';
alter table app.api_key_use enable row level security;
alter table app.api_key_use force row level security;
create policy api_key_use_tenant on app.api_key_use using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()));
grant select, insert, update on app.api_key_use to app_executor;
