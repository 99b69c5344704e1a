-- The trail says why, holds every attempt to sign in, and is sealed (AUD-*): each of its lines gets a place in its shop's chain of hashes, so that
-- one that is changed, removed, moved or slipped in later is found (`cargo xtask audit verify`).
--
-- Writers pay nothing for the chain: they insert lines as before, without a lock that concurrent checkouts of a shop would share. The job
-- audit/seal links what has been committed, as app_sealer, which reads lines and adds links and does nothing else.
do $$
begin
  begin
    create role app_sealer nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  exception when duplicate_object or unique_violation then
    null;
  end;
  if not pg_has_role(current_user, 'app_sealer', 'member') then
    execute format('grant app_sealer to %I', current_user);
  end if;
end $$;
grant usage on schema app, api, audit to app_sealer;

set local role superadmin;

-- Why ----------------------------------------------------------------------------------------------------------------
create function app.reason() returns text language sql stable parallel safe
  return nullif(current_setting('app.reason', true), '');
comment on function app.reason() is 'Why the running statement does what it does, in the words of who asked; NULL when nobody had to say.';

-- A default, so that no trigger changes. It is NULL here and now, so that no row is written anew.
alter table audit.entry add column reason text default app.reason();
comment on column audit.entry.reason is 'app.reason() of the statement: why, where a reason was given';

-- What is read out of the trail is a line of it.
alter table audit.entry drop constraint entry_action_check;
alter table audit.entry add constraint entry_action_check check (action in ('insert', 'update', 'delete', 'read'));
comment on column audit.entry.action is 'what was done to the row; read: lines were taken out, by the filters in after';

-- Sign-ins -----------------------------------------------------------------------------------------------------------
-- Attempts are searched, exported and sealed as all the rest is. The hash of what was typed as a name stays out.
create trigger attempt_audit after insert on audit.attempt for each row execute function app.audit_row('identifier_hash', 'network');

-- The chain ----------------------------------------------------------------------------------------------------------
create table audit.link (
  tenant_id uuid not null,
  seq bigint not null constraint link_seq_check check (seq > 0),
  entry_id bigint not null,
  form int not null constraint link_form_check check (form = 1),
  hash bytea not null constraint link_hash_check check (length(hash) = 32),
  settled bigint not null,
  horizon xid8 not null,
  sealed_at timestamptz not null default clock_timestamp(),
  constraint link_pkey primary key (tenant_id, seq),
  constraint link_entry_id_key unique (tenant_id, entry_id)
);
comment on table audit.link is 'Seals a line of the trail: its place in its shop''s chain, 1, 2, 3 … without gaps. Append-only by grant.';
comment on column audit.link.form is 'which canonical form of the line was hashed: app.audit_digest';
comment on column audit.link.hash is
  'SHA-256 of the link before (32 bytes; zeros before the first), seq (8 bytes, the highest first) and app.audit_digest of the line (32 bytes)';
comment on column audit.link.settled is 'when this link was made, every line up to this id was sealed and no statement could still add one: where to look next begins here';
comment on column audit.link.horizon is 'transactions from this one on had not begun when the line was seen: once all before it have ended, no line before this one can still come';
alter table audit.link enable row level security;
alter table audit.link force row level security;
create policy link_tenant on audit.link
  using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()));
grant select on audit.entry to app_sealer;
grant select, insert on audit.link to app_sealer;
grant select on audit.link to app_auditor;
