-- UUIDv7 (RFC 9562 §5.7) for rows that the database itself begins: seeds and domain events of jobs.
-- A random UUID of version 4 (0100) with the time in its first 48 bits; bits 52 and 53 make version 7 (0111) of it. No SET
-- clause: with one it could not become part of the calling statement and would be planned at each call.
create or replace function app.uuid_v7() returns uuid
language sql volatile parallel safe
as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send(floor(date_part('epoch', clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid
$$;
comment on function app.uuid_v7() is 'A time-ordered UUID.';
