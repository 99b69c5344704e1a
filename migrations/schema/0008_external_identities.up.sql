-- Sign-in with others (OAU-*, AUTH-17): who they are is data, so another provider is a row; and which account a person of theirs is here.
set local role superadmin;

create table identity.provider (
  realm_id uuid not null,
  id uuid not null,
  name text not null constraint provider_name_check check (name ~ '^[a-z][a-z0-9-]{0,39}$'),
  title text not null constraint provider_title_check check (length(title) between 1 and 60),
  flow text not null constraint provider_flow_check check (flow in ('code', 'token')),
  issuer text not null constraint provider_issuer_check check (length(issuer) between 1 and 500),
  jwks_url text not null,
  client_id text constraint provider_client_id_check check (length(client_id) between 1 and 500),
  client_auth text constraint provider_client_auth_check check (client_auth in ('basic', 'post', 'apple', 'none')),
  credential_ref text constraint provider_credential_ref_check check (length(credential_ref) between 1 and 100),
  authorization_url text,
  token_url text,
  scopes text constraint provider_scopes_check check (length(scopes) between 1 and 500),
  response_mode text constraint provider_response_mode_check check (response_mode in ('query', 'form_post')),
  authorized_parties text[] not null default '{}',
  webhook_ref text constraint provider_webhook_ref_check check (length(webhook_ref) between 1 and 100),
  proves_email text not null default 'never' constraint provider_proves_email_check check (proves_email in ('never', 'claimed', 'hosted')),
  status text not null default 'active' constraint provider_status_check check (status in ('active', 'disabled')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint provider_pkey primary key (realm_id, id),
  constraint provider_name_key unique (realm_id, name),
  -- Plain http on this machine alone: a provider that a developer runs.
  constraint provider_jwks_url_check check (
    concat_ws(' ', jwks_url, authorization_url, token_url) ~ '^((https://[^\s/]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?)/[^\s]*( |$))+$'),
  constraint provider_authorization_url_check check (flow <> 'code' or num_nulls(client_id, client_auth, authorization_url, token_url, scopes, response_mode) = 0),
  constraint provider_authorized_parties_check check (flow <> 'token' or cardinality(authorized_parties) > 0),
  constraint provider_client_auth_credential_ref_check check (client_auth = 'none' or client_auth is null or credential_ref is not null)
);
comment on table identity.provider is 'Who else proves people to a realm: OpenID providers and issuers of tokens. Staff have those of the platform, each shop''s customers their own.';
comment on column identity.provider.flow is 'code: the authorization code flow of OpenID Connect; token: the client brings a token of the issuer (Clerk)';
comment on column identity.provider.issuer is 'iss of its tokens, to the letter';
comment on column identity.provider.client_id is 'aud of its ID tokens: how the provider knows us';
comment on column identity.provider.client_auth is 'how the token endpoint learns that it is us: basic, post (RFC 6749 §2.3.1), apple (a signed assertion), none (PKCE alone)';
comment on column identity.provider.credential_ref is 'name of the secret in the variable sign_in_credentials';
comment on column identity.provider.authorized_parties is 'azp that brought tokens may have: the origins of our pages';
comment on column identity.provider.webhook_ref is 'name of the secret that signs its webhooks; NULL: it sends none';
comment on column identity.provider.proves_email is
  'claimed: email_verified is believed; hosted: only for addresses that the provider itself hosts (Google); never. Else a code proves the address';
select app.protect_realm('identity.provider');
grant select on identity.provider to app_identity;

create table identity.external_identity (
  realm_id uuid not null,
  id uuid not null,
  provider_id uuid not null,
  subject text not null constraint external_identity_subject_check check (length(subject) between 1 and 255),
  account_id uuid,
  email text,
  proved_by text not null default 'provider' constraint external_identity_proved_by_check check (proved_by in ('provider', 'code')),
  synced_at timestamptz,
  barred_at timestamptz,
  gone_at timestamptz constraint external_identity_gone_at_check check (gone_at is not null or account_id is not null),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default app.actor(),
  updated_by text not null default app.actor(),
  version bigint not null default 1,
  constraint external_identity_pkey primary key (realm_id, id),
  constraint external_identity_subject_key unique (realm_id, provider_id, subject),
  constraint external_identity_provider_id_fkey foreign key (realm_id, provider_id) references identity.provider (realm_id, id),
  constraint external_identity_account_id_fkey foreign key (realm_id, account_id) references identity.account (realm_id, id)
);
comment on table identity.external_identity is
  'A person of a provider who is an account here: made once the e-mail was proved, by the provider or by a code, and good whatever becomes of that.';
comment on column identity.external_identity.account_id is 'NULL only for somebody who was gone before they were known';
comment on column identity.external_identity.subject is 'sub of the provider''s tokens: what the provider calls the person, for good';
comment on column identity.external_identity.email is 'the e-mail as the provider told it when it was linked or last synchronised';
comment on column identity.external_identity.synced_at is 'the provider''s own time of the last change that was taken over: an older one that comes later is passed over';
comment on column identity.external_identity.proved_by is
  'who proved the e-mail when it was linked; a link by a code ends when the password is reset: whoever once read a letter does not stay';
comment on column identity.external_identity.barred_at is 'since when the provider keeps the person out: so do we';
comment on column identity.external_identity.gone_at is 'when the provider told that the person is gone there: they sign in no more by it, whatever is told late';
create index external_identity_account_id_idx on identity.external_identity (realm_id, account_id);
select app.protect_realm('identity.external_identity');
grant select, insert, update, delete on identity.external_identity to app_identity;
