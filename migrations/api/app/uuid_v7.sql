-- UUIDv7 (RFC 9562 §5.7) for rows that the database itself begins: seeds and domain events of jobs.
create or replace function app.uuid_v7() returns uuid
language sql volatile parallel safe
set search_path = pg_catalog
as $$
  select encode(
    overlay(
      overlay(uuid_send(gen_random_uuid()) placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6)
      placing set_byte('\x00', 0, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112) from 7 for 1),
    'hex')::uuid
$$;
comment on function app.uuid_v7() is 'A time-ordered UUID.';
