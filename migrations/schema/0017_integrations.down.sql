set local role superadmin;
drop table app.api_key_use;
drop table app.api_key;
drop table app.integration;
