-- The platform itself (TEN-13, RBAC-06, AUD-04): who may work across shops, for how long, and every look that was taken.
--
-- The platform is a tenant of its own, one row with a fixed id and a reserved slug: its people sign in at its host as staff sign in at a shop's, with
-- the same sessions, second factors and letters. app.enter lets nothing into it but what says that it is meant for the platform, and
-- nothing that says so into a shop. Functions of schema ops that the edge calls run as app_operator, which sees every shop's row and
-- writes in the running tenant alone, like everybody.
do $$
begin
  begin
    create role app_operator nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  exception when duplicate_object or unique_violation then
    null;
  end;
  if not pg_has_role(current_user, 'app_operator', 'member') then
    execute format('grant app_operator to %I', current_user);
  end if;
end $$;
grant usage on schema app, audit, identity, ops to app_operator;
grant usage on schema ops to app_identity, app_auditor;

set local role superadmin;

create function app.platform_id() returns uuid language sql immutable parallel safe
  return '00000000-0000-0000-0000-000000000001'::uuid;
comment on function app.platform_id() is 'The tenant that is the platform itself and no shop.';

-- After a password a second factor is asked for here, and be it a code by e-mail.
select set_config('app.tenant_id', app.platform_id()::text, true);
insert into app.tenant (id, slug, name, mfa) values (app.platform_id(), 'platform', '{"ar": "المنصة", "en": "Platform"}', 'required');

-- A slug that changed ----------------------------------------------------------------------------------------------
alter table app.tenant
  add column former_slug text,
  add column former_slug_until timestamptz,
  add constraint tenant_former_slug_check check ((former_slug is null) = (former_slug_until is null));
comment on column app.tenant.former_slug is 'the slug before this one: nobody else gets it while it leads here';
comment on column app.tenant.former_slug_until is 'until when requests for the former slug are sent on, and before which the slug changes back alone';
create index tenant_former_slug_idx on app.tenant (former_slug) where former_slug is not null;

-- Grants -------------------------------------------------------------------------------------------------------------
create table ops.platform_grant (
  tenant_id uuid not null default app.platform_id() constraint platform_grant_tenant_id_fkey references app.tenant (id)
    constraint platform_grant_tenant_id_check check (tenant_id = app.platform_id()),
  id uuid not null,
  realm_id uuid not null default app.staff_realm() constraint platform_grant_realm_id_check check (realm_id = app.staff_realm()),
  account_id uuid not null,
  role text not null constraint platform_grant_role_check check (role in ('platform_admin', 'support', 'finance', 'warehouse')),
  shops uuid[] constraint platform_grant_shops_check check (shops is null or cardinality(shops) between 1 and 1000 and role <> 'platform_admin'),
  reason text not null constraint platform_grant_reason_check check (length(reason) between 1 and 500),
  starts_at timestamptz not null default now(),
  ends_at timestamptz not null,
  revoked_at timestamptz,
  epoch bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint platform_grant_pkey primary key (tenant_id, id),
  constraint platform_grant_account_id_fkey foreign key (realm_id, account_id) references identity.account (realm_id, id),
  constraint platform_grant_ends_at_check check (ends_at > starts_at and ends_at <= starts_at + interval '366 days')
);
comment on table ops.platform_grant is 'What somebody may do across shops, and until when. Another role or other shops are another grant.';
comment on column ops.platform_grant.tenant_id is 'always the platform, whose row this is';
comment on column ops.platform_grant.shops is 'the shops that it is about; NULL: all of them';
comment on column ops.platform_grant.reason is 'why it was given; created_by says by whom';
comment on column ops.platform_grant.revoked_at is 'when it was taken back, or when it was seen to have ended';
comment on column ops.platform_grant.epoch is 'counts the account''s grants: tokens carry account.epoch + platform_grant.epoch, so those of an earlier grant are over';
create unique index platform_grant_account_id_key on ops.platform_grant (tenant_id, account_id) where revoked_at is null;
create index platform_grant_created_at_idx on ops.platform_grant (tenant_id, created_at, id);
select app.protect('ops.platform_grant');
grant select on ops.platform_grant to app_identity;
grant select, insert, update on ops.platform_grant to app_operator;

-- Looks --------------------------------------------------------------------------------------------------------------
create table ops.access (
  tenant_id uuid not null default app.platform_id() constraint access_tenant_id_check check (tenant_id = app.platform_id()),
  id uuid not null,
  occurred_at timestamptz not null default clock_timestamp(),
  grant_id uuid not null,
  account_id uuid not null,
  role text not null,
  permission text not null,
  shop_id uuid,
  record text,
  reason text not null constraint access_reason_check check (length(reason) between 1 and 500),
  request_id text,
  ip text,
  constraint access_pkey primary key (tenant_id, id)
);
comment on table ops.access is 'Every call of the platform''s people, reads too: who, by which grant, what, where and why (AUD-04). Append-only by grant.';
comment on column ops.access.tenant_id is 'always the platform: the shop that was looked at sees a line in its own trail';
comment on column ops.access.permission is 'what the call needed';
comment on column ops.access.shop_id is 'the shop that was looked at; NULL: none, or a list of shops';
comment on column ops.access.record is 'what was looked for or at, as far as the call names it';
create index access_account_id_idx on ops.access (tenant_id, account_id, id);
create index access_shop_id_idx on ops.access (tenant_id, shop_id, id) where shop_id is not null;
alter table ops.access enable row level security;
alter table ops.access force row level security;
create policy access_tenant on ops.access using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()));
grant insert on ops.access to app_operator;
grant select on ops.access to app_auditor;

-- What the platform's functions reach of shops -----------------------------------------------------------------------
create policy tenant_operator on app.tenant for select to app_operator using (true);
comment on policy tenant_operator on app.tenant is 'The platform sees which shops there are; it writes in the running one.';
create policy tenant_domain_operator on app.tenant_domain for select to app_operator using (true);
comment on policy tenant_domain_operator on app.tenant_domain is 'And by which names they are found.';
grant select, insert, update on app.tenant to app_operator;
grant select on app.tenant_domain to app_operator;
grant insert on app.invitation, app.message, audit.entry to app_operator;
create policy account_operator on identity.account for select to app_operator using (realm_id = app.staff_realm());
comment on policy account_operator on identity.account is 'Whom to grant something: staff, and of them what the columns'' grant says.';
grant select (realm_id, id, email, given_name, family_name, status, deleted_at) on identity.account to app_operator;
