-- The request's context, tenants, the audit trail, and `app.protect`, which makes a table a tenant table.
set local role superadmin;

-- Context ------------------------------------------------------------------------------------------------------------
-- Set by app.enter with set_config(…, true): it ends with the statement's transaction. After a reset the setting is ''
-- and not NULL, hence nullif: unset means NULL means no row (reliability §1.8).

create function app.tenant_id() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.tenant_id', true), '')::uuid;
comment on function app.tenant_id() is 'Tenant of the running statement; NULL outside of one, which every policy denies.';

create function app.actor() returns text language sql stable parallel safe
  return coalesce(nullif(current_setting('app.actor', true), ''), 'system');
comment on function app.actor() is 'Who acts: guest, gateway, job, or a user id.';

create function app.request_id() returns text language sql stable parallel safe
  return nullif(current_setting('app.request_id', true), '');
comment on function app.request_id() is 'Id of the request that the running statement belongs to.';

create function app.ip() returns text language sql stable parallel safe
  return nullif(current_setting('app.ip', true), '');
comment on function app.ip() is 'Address of the client, as the platform saw it.';

-- Audit trail --------------------------------------------------------------------------------------------------------
create table audit.entry (
  id bigint generated always as identity,
  tenant_id uuid not null,
  occurred_at timestamptz not null default clock_timestamp(),
  actor text not null,
  request_id text,
  ip text,
  action text not null constraint entry_action_check check (action in ('insert', 'update', 'delete')),
  table_name text not null,
  row_id text not null,
  before jsonb,
  after jsonb,
  constraint entry_pkey primary key (tenant_id, id)
);
comment on table audit.entry is 'One row for each change of a tenant row: who, what, before, after, in which request, from where. Append-only by grant.';
comment on column audit.entry.actor is 'app.actor() of the statement';
comment on column audit.entry.row_id is 'the changed row''s id as text';
alter table audit.entry enable row level security;
alter table audit.entry force row level security;
create policy entry_tenant on audit.entry
  using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()));
grant insert on audit.entry to app_executor;

-- Trigger arguments name columns that are left out of before and after (large or secret ones).
create function app.audit_row() returns trigger language plpgsql as $$
begin
  -- Written out for each operation: this runs for every row that changes, and an expression costs less than a variable.
  if tg_op = 'INSERT' then
    insert into audit.entry (tenant_id, actor, request_id, ip, action, table_name, row_id, after)
    values (new.tenant_id, app.actor(), app.request_id(), app.ip(), 'insert', tg_table_name, new.id::text,
      case when tg_nargs = 0 then to_jsonb(new) else to_jsonb(new) - tg_argv[0:]::text[] end);
  elsif tg_op = 'UPDATE' then
    insert into audit.entry (tenant_id, actor, request_id, ip, action, table_name, row_id, before, after)
    values (new.tenant_id, app.actor(), app.request_id(), app.ip(), 'update', tg_table_name, new.id::text,
      case when tg_nargs = 0 then to_jsonb(old) else to_jsonb(old) - tg_argv[0:]::text[] end,
      case when tg_nargs = 0 then to_jsonb(new) else to_jsonb(new) - tg_argv[0:]::text[] end);
  else
    insert into audit.entry (tenant_id, actor, request_id, ip, action, table_name, row_id, before)
    values (old.tenant_id, app.actor(), app.request_id(), app.ip(), 'delete', tg_table_name, old.id::text,
      case when tg_nargs = 0 then to_jsonb(old) else to_jsonb(old) - tg_argv[0:]::text[] end);
  end if;
  return null;
end $$;
comment on function app.audit_row() is 'Row trigger: writes audit.entry (AUD-02, AUD-03).';

-- A tenant is its own tenant: its row has an id and no tenant_id.
create function app.audit_tenant() returns trigger language plpgsql as $$
begin
  insert into audit.entry (tenant_id, actor, request_id, ip, action, table_name, row_id, before, after)
  values (coalesce(new.id, old.id), app.actor(), app.request_id(), app.ip(), lower(tg_op), tg_table_name, coalesce(new.id, old.id)::text,
    to_jsonb(old), to_jsonb(new));
  return null;
end $$;
comment on function app.audit_tenant() is 'Row trigger of app.tenant: writes audit.entry.';

create function app.touch_row() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  new.updated_by := app.actor();
  new.version := old.version + 1;
  return new;
end $$;
comment on function app.touch_row() is 'Row trigger: updated_at, updated_by and version follow every update (TEN-17).';

create function app.protect(target regclass, variadic audit_omits text[] default '{}') returns void language plpgsql as $$
declare
  bare text := (select relname from pg_class where oid = target);
  omitted text := (select coalesce(string_agg(quote_literal(c), ', '), '') from unnest(audit_omits) c);
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy %I on %s using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()))',
    bare || '_tenant', target);
  execute format('create trigger %I after insert or update or delete on %s for each row execute function app.audit_row(%s)',
    bare || '_audit', target, omitted);
  execute format('create trigger %I before update on %s for each row execute function app.touch_row()', bare || '_touch', target);
end $$;
comment on function app.protect(regclass, text[]) is 'Makes a table a tenant table: forced row-level security with USING and WITH CHECK, audit and touch triggers.';

-- Tenants ------------------------------------------------------------------------------------------------------------
create table app.tenant (
  id uuid not null constraint tenant_pkey primary key,
  slug text not null constraint tenant_slug_check check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name jsonb not null,
  status text not null default 'active' constraint tenant_status_check check (status in ('active', 'paused')),
  region text not null default 'mena' constraint tenant_region_check check (region in ('mena', 'europe')),
  locale text not null default 'ar',
  locales text[] not null default array['ar', 'en'],
  currency text not null default 'SAR' constraint tenant_currency_check check (currency ~ '^[A-Z]{3}$'),
  currency_exponent int not null default 2 constraint tenant_currency_exponent_check check (currency_exponent between 0 and 3),
  timezone text not null default 'Asia/Riyadh',
  country text not null default 'SA' constraint tenant_country_check check (country ~ '^[A-Z]{2}$'),
  tax_rate_bp int not null default 1500 constraint tenant_tax_rate_bp_check check (tax_rate_bp between 0 and 10000),
  tax_included boolean not null default true,
  show_available boolean not null default false,
  catalog_version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  deleted_at timestamptz,
  version bigint not null default 1,
  constraint tenant_locale_check check (locale = any (locales))
);
comment on table app.tenant is 'A shop (also called organization or store, ruling C-04).';
comment on column app.tenant.tax_rate_bp is 'value added tax in basis points; 1500 is 15 %';
comment on column app.tenant.tax_included is 'whether prices include the tax';
comment on column app.tenant.show_available is 'whether shoppers see how many units are left';
comment on column app.tenant.catalog_version is 'grows with every catalogue change; cache keys carry it';
create unique index tenant_slug_key on app.tenant (slug) where deleted_at is null;
alter table app.tenant enable row level security;
alter table app.tenant force row level security;
create policy tenant_tenant on app.tenant using (id = (select app.tenant_id())) with check (id = (select app.tenant_id()));
create policy tenant_resolver on app.tenant for select to app_resolver using (true);
comment on policy tenant_resolver on app.tenant is 'A tenant must be found before it is known; only app.resolve_tenant and app.live_tenants run as app_resolver.';
create trigger tenant_audit after insert or update or delete on app.tenant for each row execute function app.audit_tenant();
create trigger tenant_touch before update on app.tenant for each row execute function app.touch_row();
grant select, insert, update on app.tenant to app_executor;
grant select on app.tenant to app_resolver;

create table app.tenant_domain (
  tenant_id uuid not null constraint tenant_domain_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  domain text not null constraint tenant_domain_domain_check
    check (domain = lower(domain) and length(domain) <= 255 and domain ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$'),
  is_primary boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint tenant_domain_pkey primary key (tenant_id, id)
);
comment on table app.tenant_domain is 'Custom domains, in punycode, lower case. A domain names one tenant in the whole deployment.';
-- Global on purpose: a host name can lead to one shop only.
create unique index tenant_domain_domain_key on app.tenant_domain (domain);
select app.protect('app.tenant_domain');
create policy tenant_domain_resolver on app.tenant_domain for select to app_resolver using (true);
grant select, insert, update, delete on app.tenant_domain to app_executor;
grant select on app.tenant_domain to app_resolver;
