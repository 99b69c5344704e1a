-- Makes somebody one of the platform's people, from the machine that runs it: an account without a password, which its owner sets by the reset link.
-- A grant that is good already is left as it is when the role is the same, else replaced.
create or replace function ops.seed_grant(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog
as $$
declare
  entered text := set_config('app.tenant_id', app.platform_id()::text, true) || set_config('app.actor', 'operator', true);
  account uuid := ops.seed_account(input);
  g ops.platform_grant;
begin
  select x.* into g from ops.platform_grant x
  where x.tenant_id = app.platform_id() and x.account_id = account and x.revoked_at is null and x.ends_at > now() for no key update;
  if g.role = input ->> 'role' and input ->> 'ends_at' is null then return ops.grant_view(g); end if;
  update ops.platform_grant x set revoked_at = now() where x.tenant_id = app.platform_id() and x.id = g.id;
  input := '{"ends_at": null}'::jsonb || input;
  if input ->> 'ends_at' is null then input := input || jsonb_build_object('ends_at', now() + interval '365 days'); end if;
  g := ops.add_grant(account, app.uuid_v7(), input, coalesce(input ->> 'reason', 'by the operator'));
  return ops.grant_view(g);
end $$;
comment on function ops.seed_grant(jsonb) is 'Gives somebody a grant from the command line, an account too; a year when no end is given.';
