-- Invitations (ORG-03): somebody is asked by e-mail to work at a shop, and becomes a member by following the link.
set local role superadmin;

create table app.invitation (
  tenant_id uuid not null constraint invitation_tenant_id_fkey references app.tenant (id),
  id uuid not null,
  email text not null constraint invitation_email_check check (email = lower(email) and length(email) <= 254 and email ~ '^[^@\s]+@[^@\s]+$'),
  role text not null constraint invitation_role_check check (role ~ '^[a-z]+(_[a-z]+)*$' and length(role) <= 50),
  account_id uuid not null,
  secret_hash bytea not null constraint invitation_secret_hash_check check (length(secret_hash) = 32),
  status text not null default 'pending' constraint invitation_status_check check (status in ('pending', 'accepted', 'revoked')),
  sent_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz constraint invitation_accepted_at_check check ((status = 'accepted') = (accepted_at is not null)),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint invitation_pkey primary key (tenant_id, id),
  constraint invitation_secret_hash_key unique (tenant_id, secret_hash)
);
comment on table app.invitation is 'Who was asked to work at a shop. One that ran out stays pending and is told as expired.';
comment on column app.invitation.account_id is 'what the account will be, if nobody has the address yet; afterwards whose membership came of it';
comment on column app.invitation.secret_hash is 'SHA-256 of the link''s secret; another one with every sending';
comment on column app.invitation.sent_at is 'when the link that counts was sent';
create unique index invitation_email_key on app.invitation (tenant_id, email) where status = 'pending';
create index invitation_created_at_idx on app.invitation (tenant_id, created_at, id);
select app.protect('app.invitation', 'secret_hash');
grant select, insert, update on app.invitation to app_identity;
grant insert on app.membership to app_identity;
