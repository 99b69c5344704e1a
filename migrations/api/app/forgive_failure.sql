-- The attempt that was charged turned out well. Another network's failures stay counted against the identifier.
create or replace function app.forgive_failure(realm uuid, identifier_hash text, network text, device_hash text, known_device boolean) returns void
language plpgsql volatile
as $$
begin
  if known_device then
    delete from identity.throttle x where x.realm_id = realm and x.bucket = 'device' and x.key = device_hash;
    return;
  end if;
  delete from identity.throttle x where x.realm_id = realm and x.bucket = 'pair' and x.key = identifier_hash || ' ' || network;
  update identity.throttle x set count = greatest(x.count - 1, 0)
  where x.realm_id = realm and x.bucket = 'account' and x.key = identifier_hash;
end $$;
comment on function app.forgive_failure(uuid, text, text, text, boolean) is 'Takes back what app.charge_failure and the account''s ceiling counted.';
