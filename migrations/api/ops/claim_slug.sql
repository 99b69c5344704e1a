-- A slug that leads to another shop still, although that one is called otherwise now, is taken. Slugs are locked in one order, so that of two shops
-- that want one, and of a shop that gives one up and another that wants it, each sees what the other did.
create or replace function ops.claim_slug(shop uuid, wanted text, given_up text default null) returns void
language plpgsql volatile
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('slug:' || s, 0)) from (select x as s from unnest(array[wanted, given_up]) x where x is not null order by x) o;
  if exists (select from app.tenant t where t.former_slug = wanted and t.former_slug_until > now() and t.deleted_at is null and t.id <> shop) then
    perform app.refuse(409, 'slug_taken');
  end if;
end $$;
comment on function ops.claim_slug(uuid, text, text) is 'Refuses slug_taken for a slug that another shop had until lately.';
