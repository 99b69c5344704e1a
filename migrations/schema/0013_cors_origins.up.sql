-- From which other origins a shop's pages may call its API (SEC-02), beside its own hosts.
set local role superadmin;

alter table app.tenant
  add column cors_origins text[] not null default '{}'
    constraint tenant_cors_origins_check check (
      cardinality(cors_origins) <= 20 and array_position(cors_origins, null) is null
      and array_to_string(cors_origins, ' ') ~ '^((https?://[a-z0-9.-]{1,253}(:[1-9][0-9]{0,4})?)( (?=h)|$))*$');
comment on column app.tenant.cors_origins is 'origins whose pages may call the API, spelt as browsers send them; the shop''s own hosts may anyway';
