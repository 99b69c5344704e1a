-- Plans (SUB-01, ORG-05, CAT-08, CRT-08): what a shop may have and do. A plan's terms never change: what the platform alters is a new revision, and
-- a shop carries a copy of the terms that it is on, so that no change of a plan breaks it, and no statement of its own looks for them.
set local role superadmin;

create table ops.plan (
  tenant_id uuid not null default app.platform_id() constraint plan_tenant_id_fkey references app.tenant (id)
    constraint plan_tenant_id_check check (tenant_id = app.platform_id()),
  id uuid not null,
  key text not null constraint plan_key_check check (key ~ '^[a-z]+(_[a-z]+)*$' and length(key) <= 50),
  revision int not null constraint plan_revision_check check (revision > 0),
  name jsonb not null constraint plan_name_check check (jsonb_typeof(name) = 'object'),
  limits jsonb not null constraint plan_limits_check check (jsonb_typeof(limits) = 'object'),
  features text[] not null constraint plan_features_check check (array_position(features, null) is null),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint plan_pkey primary key (tenant_id, id),
  constraint plan_key_revision_key unique (tenant_id, key, revision)
);
comment on table ops.plan is 'Plans, one row for each revision; a row is written once.';
comment on column ops.plan.tenant_id is 'always the platform, whose offer it is';
comment on column ops.plan.limits is 'the most of something by its name; what is absent has no limit';
comment on column ops.plan.features is 'what shops on the plan can use beside what every shop can';
select app.protect('ops.plan');
grant select, insert on ops.plan to app_operator;

select set_config('app.tenant_id', app.platform_id()::text, true);
insert into ops.plan (id, key, revision, name, limits, features) values
  ('00000000-0000-0000-0001-000000000001', 'free', 1, '{"ar": "مجانية", "en": "Free"}', '{"products": 50, "orders_monthly": 50, "seats": 2, "api_calls_monthly": 0}', '{}'),
  ('00000000-0000-0000-0001-000000000002', 'basic', 1, '{"ar": "أساسية", "en": "Basic"}', '{"products": 1000, "orders_monthly": 1000, "seats": 10, "api_calls_monthly": 100000}', '{api_keys,custom_domains,custom_roles}'),
  ('00000000-0000-0000-0001-000000000003', 'premium', 1, '{"ar": "متميزة", "en": "Premium"}', '{}', '{api_keys,custom_domains,custom_roles}');

-- Shops that are there go on as they are: without limits.
alter table app.tenant
  add column plan text not null default 'premium' constraint tenant_plan_check check (plan ~ '^[a-z]+(_[a-z]+)*$'),
  add column plan_revision int not null default 1 constraint tenant_plan_revision_check check (plan_revision > 0),
  add column limits jsonb not null default '{}' constraint tenant_limits_check check (jsonb_typeof(limits) = 'object'),
  add column features text[] not null default '{api_keys,custom_domains,custom_roles}' constraint tenant_features_check check (array_position(features, null) is null);
comment on column app.tenant.plan is 'the key of the plan that it is on';
comment on column app.tenant.limits is 'the most of something by its name: the plan''s, apart from what was agreed with this shop; what is absent has no limit';
comment on column app.tenant.features is 'what it can use beside what every shop can: the plan''s, apart from what was agreed with this shop';

-- Whoever asks what a shop uses counts its open invitations, and sees none.
grant select (tenant_id, status, expires_at) on app.invitation to app_executor;

-- However products come to be, by a route, an import or an undone removal: the limit is kept where they are written.
create function app.keep_product_limit() returns trigger language plpgsql as $$
declare
  t app.tenant;
begin
  select x.* into t from app.tenant x where x.id = app.tenant_id();
  perform app.keep_limit(t, 'products');
  return null;
end $$;
comment on function app.keep_product_limit() is 'Statement trigger: refuses product_limit_reached.';
create trigger product_limit after insert or update of deleted_at on app.product for each statement execute function app.keep_product_limit();
