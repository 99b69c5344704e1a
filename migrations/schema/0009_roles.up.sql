-- A shop's own roles (RBAC-02, ORG-03): named sets of permissions upon a shipped role or another one of their own. And members who are gone.
set local role superadmin;

create table app.role (
  tenant_id uuid not null constraint role_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  key text not null constraint role_key_check check (key ~ '^[a-z]+(_[a-z]+)*$' and length(key) <= 50),
  name text not null constraint role_name_check check (length(name) between 1 and 60),
  description text not null default '' constraint role_description_check check (length(description) <= 500),
  base text constraint role_base_check check (base <> key),
  permissions text[] not null default '{}' constraint role_permissions_check check (cardinality(permissions) <= 100),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  deleted_at timestamptz,
  version bigint not null default 1,
  constraint role_pkey primary key (tenant_id, id)
);
comment on table app.role is 'Roles that a shop has made; those that every shop has are in Rust.';
comment on column app.role.key is 'how memberships and tokens name it; never the name of a shipped role';
comment on column app.role.base is 'the role that it contains: a shipped one, or the key of another one here; NULL: none';
comment on column app.role.permissions is 'names of the catalogue in Rust, without those of the base and without those that they imply';
create unique index role_key_key on app.role (tenant_id, key) where deleted_at is null;
select app.protect('app.role');
grant select, insert, update on app.role to app_executor;
-- What a role permits goes into tokens; and a role that is being given to somebody is locked, for which PostgreSQL wants a right to write.
grant select, update (version) on app.role to app_identity;
-- Whoever has a role that changes gets a new token.
grant update (epoch) on app.membership to app_executor;

-- Who is removed stays a row: its epoch must not begin anew for somebody who comes back.
alter table app.membership drop constraint membership_status_check;
alter table app.membership add constraint membership_status_check check (status in ('active', 'suspended', 'removed'));
comment on column app.membership.role is 'name of a shipped role, or key of one of the shop''s own (app.role)';
create index membership_role_idx on app.membership (tenant_id, role);

-- Its work is api.member_set's now.
drop function if exists api.auth_set_member(jsonb, jsonb);
