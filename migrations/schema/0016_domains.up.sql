-- Custom domains that a shop adds by itself (TEN-01, TEN-03, TEN-13): asked for, proved by a record in the domain's own DNS, used, given up.
--
-- What is not verified names no shop: many may ask for one name, one may have it. A name that was given up leads on to its shop for a while, as a former
-- slug does, unless somebody else has verified it meanwhile.
set local role superadmin;

-- Rows from before are those of seeds: whoever put them there has vouched for them. From here on a row says itself what it is.
alter table app.tenant_domain
  add column status text not null default 'verified' constraint tenant_domain_status_check check (status in ('pending', 'verified', 'former', 'ended')),
  add column token text constraint tenant_domain_token_check check (length(token) between 20 and 100),
  add column expires_at timestamptz,
  add column verified_at timestamptz default now(),
  add column former_until timestamptz,
  add constraint tenant_domain_status_token_expires_at_check check ((status = 'pending') = (token is not null) and (status = 'pending') = (expires_at is not null)),
  add constraint tenant_domain_status_verified_at_check check ((status = 'verified') = (verified_at is not null)),
  add constraint tenant_domain_status_former_until_check check (case status when 'verified' then former_until is null when 'pending' then true else former_until is not null end),
  add constraint tenant_domain_is_primary_check check (status = 'verified' or not is_primary);
alter table app.tenant_domain alter column status drop default, alter column verified_at drop default;
comment on table app.tenant_domain is 'Custom domains, in punycode, lower case. A verified one names one shop of the deployment; others name none.';
comment on column app.tenant_domain.status is 'pending: asked for; verified: in use; former: given up, leads on until former_until; ended: no longer, and kept until then so that no shop that had the name earlier gets its visitors';
comment on column app.tenant_domain.token is 'what the domain''s TXT record must say; no secret, since only whoever runs the domain can publish it there';
comment on column app.tenant_domain.expires_at is 'until when a pending one can be verified';
comment on column app.tenant_domain.is_primary is 'where former domains and links in letters lead to; one at most';
comment on column app.tenant_domain.former_until is 'until when requests for a name that was given up are sent on; a name that is asked for again leads on until it is verified';

drop index app.tenant_domain_domain_key;
-- Global on purpose: a host name can lead to one shop only. What is only asked for is nobody's.
create unique index tenant_domain_domain_key on app.tenant_domain (domain) where status = 'verified';
create unique index tenant_domain_tenant_id_domain_key on app.tenant_domain (tenant_id, domain);
create unique index tenant_domain_is_primary_key on app.tenant_domain (tenant_id) where is_primary;
create index tenant_domain_former_until_idx on app.tenant_domain (domain, former_until) where former_until is not null;

-- Both take a host now: migrations/api/app brings them back.
drop function if exists app.refuse_moved(text);
drop function if exists app.moved_tenant(text);
