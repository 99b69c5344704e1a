-- Where a name leads that no shop has any more: a host that was given up, or a slug. Runs as app_resolver. A host leads to the shop that had it last, if that
-- one still wants it to: whoever had it before has no part in it any more, not even while the last one is deleted and may come back.
create or replace function app.moved_tenant(host text, slug text) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog
as $$
begin
  if slug is not null then
    return (select jsonb_build_object('from', t.former_slug, 'slug', t.slug) from app.tenant t
      where t.former_slug = moved_tenant.slug and t.former_slug_until > now() and t.deleted_at is null limit 1);
  end if;
  return (select jsonb_build_object('host', last.domain, 'slug', t.slug,
      'domain', (select p.domain from app.tenant_domain p where p.tenant_id = t.id and p.is_primary))
    from (select d.* from app.tenant_domain d where d.domain = moved_tenant.host and d.former_until > now() order by d.former_until desc limit 1) last
    join app.tenant t on t.id = last.tenant_id
    where last.status <> 'ended' and t.deleted_at is null
      and not exists (select from app.tenant_domain o where o.domain = last.domain and o.status = 'verified'));
end $$;
comment on function app.moved_tenant(text, text) is 'The shop that had this host or slug until lately, and where it is now; NULL when there is none.';
