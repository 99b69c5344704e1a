-- The roles stay: they belong to the cluster and other databases may use them.
drop schema ops cascade;
drop schema audit cascade;
drop schema api cascade;
drop schema app cascade;
grant usage on schema public to public;
