-- Gives committed lines of the trail their place in their shop's chain. Ids are drawn before statements commit, so a line may come to sight
-- after one with a higher id was sealed: it gets the next place all the same, for the chain's order is that of sealing.
--
-- Where to look: every line after the last link's `settled` that has no link. `settled` follows behind: `safe` is the newest link that was made so
-- long ago that whatever ran then has ended (its horizon), so no line before it can still appear. A million sealed lines cost nothing, and a
-- statement that takes long only makes the search longer while it runs. Horizons of a restored copy of another cluster lie ahead: nothing of there runs.
--
-- One sealer at a time; another one finds the door closed and goes. Shops come in random order, so that a busy one does not keep the
-- others waiting. Runs as app_sealer; tables are read under each shop's row-level security, which a deleted shop still has.
create or replace function api.jobs_seal_audit(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  room int := (input ->> 'limit')::int;
  done int := 0;
  tenant uuid;
  last audit.link;
  safe bigint;
  running pg_snapshot;
  seen record;
  digest bytea;
  hashes bytea[];
  entered text;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('audit.link', 0)) then return jsonb_build_object('done', 0, 'more', false); end if;
  for tenant in select t from app.all_tenants() t order by random() loop
    exit when done >= room;
    entered := set_config('app.tenant_id', tenant::text, true);
    select l.* into last from audit.link l where l.tenant_id = tenant order by l.seq desc limit 1;
    if last.seq is null then
      last.seq := 0;
      last.hash := decode(repeat('00', 32), 'hex');
      last.settled := 0;
    end if;
    continue when not exists (select from audit.entry e where e.tenant_id = tenant and e.id > last.settled
      and not exists (select from audit.link l where l.tenant_id = tenant and l.entry_id = e.id));
    running := pg_current_snapshot();
    select l.entry_id into safe from audit.link l
    where l.tenant_id = tenant and (l.horizon <= pg_snapshot_xmin(running) or l.horizon > pg_snapshot_xmax(running))
    order by l.seq desc limit 1;
    select array_agg(x.id order by x.id) as ids, array_agg(x.digest order by x.id) as digests, pg_snapshot_xmax(pg_current_snapshot()) as horizon
    into seen from (
      select e.id, app.audit_digest(1, e) as digest from audit.entry e
      where e.tenant_id = tenant and e.id > last.settled
        and not exists (select from audit.link l where l.tenant_id = tenant and l.entry_id = e.id)
      order by e.id limit room - done) x;
    -- Only the hashes are made one after another; the links are inserted as one.
    hashes := '{}';
    foreach digest in array seen.digests loop
      last.seq := last.seq + 1;
      last.hash := sha256(last.hash || int8send(last.seq) || digest);
      hashes := array_append(hashes, last.hash);
    end loop;
    insert into audit.link (tenant_id, seq, entry_id, form, hash, settled, horizon)
    select tenant, last.seq - cardinality(hashes) + n, id, 1, hash, greatest(last.settled, least(coalesce(safe, 0), id)), seen.horizon
    from unnest(seen.ids, hashes) with ordinality u (id, hash, n);
    done := done + cardinality(hashes);
  end loop;
  return jsonb_build_object('done', done, 'more', done >= room);
end $$;
comment on function api.jobs_seal_audit(jsonb, jsonb) is 'Links lines of the trail of all tenants into their chains.';
