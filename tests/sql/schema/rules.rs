//! What the catalogue must say (design §3, §6; the pitfalls of row-level security): each rule is a query for what breaks it.

use tests::MACHINERY;

/// One rule.
pub struct Rule {
    /// What holds.
    pub name: &'static str,
    /// Lists offenders, one text column. `tenant_table (oid, relname, key)` are the tables of schemas app, ops and identity; `key` is the
    /// column that says whose a row is: `tenant_id`, or `realm_id` in schema identity.
    pub offenders: &'static str,
    /// Offenders that are right, each with the reason.
    pub allowed: &'static [(&'static str, &'static str)],
    /// A change that breaks the rule: shows that the query finds something.
    pub broken_by: &'static str,
}

/// What sets a bad table apart from a good one is said in `broken_by`; this is the rest of it.
pub const TENANT_TABLE: &str = "create temporary view tenant_table as \
    select c.oid, c.relname::text, case c.relnamespace when 'identity'::regnamespace then 'realm_id' else 'tenant_id' end as key \
    from pg_class c where c.relnamespace in ('app'::regnamespace, 'ops'::regnamespace, 'identity'::regnamespace) and c.relkind in ('r', 'p')";

/// Tables, keys, policies and triggers.
pub const TABLES: &[Rule] = &[
    Rule {
        name: "row security is enabled and forced",
        offenders: "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace \
            where n.nspname in ('app', 'identity', 'audit', 'api', 'ops') and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)",
        allowed: &[],
        broken_by: "alter table app.cart no force row level security",
    },
    Rule {
        name: "tables are in schemas app, identity and audit only, apart from the migrations' own",
        offenders: "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace \
            where c.relkind in ('r', 'p', 'f', 'm') and n.nspname !~ '^(pg_|information_schema|test_support|app|identity|audit)'",
        allowed: &[
            ("schema_migration", "the ledger of the migrations, beside the schemas that they make"),
            ("api_function", "the same for functions"),
            ("seed_file", "the same for seeds"),
            ("ops.platform_grant", "the platform's own rows, in the platform's tenant"),
            ("ops.access", "the same"),
            ("ops.plan", "the same"),
        ],
        broken_by: "create table ops.anything (id int)",
    },
    Rule {
        name: "no view, which would read as its owner",
        offenders: "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace \
            where c.relkind in ('v', 'm') and n.nspname in ('app', 'identity', 'api', 'audit', 'ops', 'public')",
        allowed: &[],
        broken_by: "create view app.v as select 1 as one",
    },
    Rule {
        name: "one policy confines reading and writing to the running tenant",
        offenders: "select t.relname from (select oid, relname from tenant_table where key = 'tenant_id' \
              union all select c.oid, c.relname from pg_class c where c.relnamespace = 'audit'::regnamespace and c.relkind = 'r') t \
            where not exists (select from pg_policies p where format('%I.%I', p.schemaname, p.tablename)::regclass = t.oid \
              and p.permissive = 'PERMISSIVE' and p.cmd = 'ALL' and p.roles = '{public}' and p.policyname = t.relname || '_tenant' \
              and p.qual = format('(%s = ( SELECT app.tenant_id() AS tenant_id))', case t.relname when 'tenant' then 'id' else 'tenant_id' end) \
              and p.with_check = p.qual)",
        allowed: &[],
        broken_by: "alter policy cart_tenant on app.cart with check (true)",
    },
    Rule {
        name: "one policy confines a realm table to the running tenant's customers and the staff, for app_identity",
        offenders: "select t.relname from tenant_table t where t.key = 'realm_id' \
            and not exists (select from pg_policies p where format('%I.%I', p.schemaname, p.tablename)::regclass = t.oid \
              and p.permissive = 'PERMISSIVE' and p.cmd = 'ALL' and p.roles = '{app_identity,superadmin}' and p.policyname = t.relname || '_realm' \
              and p.qual = '((realm_id = ( SELECT app.tenant_id() AS tenant_id)) OR ((realm_id = app.staff_realm()) AND (( SELECT app.tenant_id() AS tenant_id) IS NOT NULL)))' \
              and p.with_check = p.qual)",
        allowed: &[],
        broken_by: "alter policy account_realm on identity.account to public",
    },
    Rule {
        name: "no other policy widens it",
        offenders: "select p.policyname || ' ' || p.cmd || ' to ' || array_to_string(p.roles, ',') from pg_policies p \
            where p.policyname <> p.tablename || case p.schemaname when 'identity' then '_realm' else '_tenant' end",
        allowed: &[
            ("tenant_resolver SELECT to app_resolver", "a tenant must be found before it is known"),
            ("tenant_domain_resolver SELECT to app_resolver", "the same by custom domain"),
            ("gateway_account_resolver SELECT to app_resolver", "the same by webhook endpoint"),
            ("tenant_operator SELECT to app_operator", "the platform sees which shops there are"),
            ("tenant_domain_operator SELECT to app_operator", "and by which names they are found"),
            ("account_operator SELECT to app_operator", "whom of the staff to grant something"),
            ("account_executor SELECT to app_executor", "a shop sees its customers and members, not what proves them"),
        ],
        broken_by: "create policy open on app.cart for select to app_executor using (true)",
    },
    Rule {
        name: "the first column is the tenant or the realm",
        offenders: "select t.relname from tenant_table t where not exists (select from pg_attribute a where a.attrelid = t.oid and a.attnum = 1 \
            and a.attname = t.key and a.atttypid = 'uuid'::regtype and a.attnotnull)",
        allowed: &[("tenant", "it is the tenant")],
        broken_by: "alter table app.outbox rename column tenant_id to shop_id",
    },
    Rule {
        name: "the primary key begins with the tenant or the realm",
        offenders: "select t.relname from tenant_table t left join pg_constraint k on k.conrelid = t.oid and k.contype = 'p' \
            left join pg_attribute a on a.attrelid = t.oid and a.attnum = k.conkey[1] where a.attname is distinct from t.key",
        allowed: &[("tenant", "it is the tenant")],
        broken_by: "create table app.bad (tenant_id uuid, id uuid primary key)",
    },
    Rule {
        name: "foreign keys are composite and carry the tenant or the realm along",
        offenders: "select k.conname from pg_constraint k join tenant_table t on t.oid = k.conrelid \
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1] \
            join pg_attribute f on f.attrelid = k.confrelid and f.attnum = k.confkey[1] \
            where k.contype = 'f' and not (k.confrelid = 'app.tenant'::regclass and k.conkey = a.attnum || '{}'::int2[] and a.attname = 'tenant_id') \
            and not (cardinality(k.conkey) > 1 and a.attname in ('tenant_id', 'realm_id') and f.attname = (select key from tenant_table r where r.oid = k.confrelid))",
        allowed: &[],
        broken_by: "create table app.bad (tenant_id uuid references app.tenant, owner uuid constraint bad_fkey references app.tenant)",
    },
    Rule {
        name: "unique indexes begin with the tenant or the realm, for they are checked across them",
        offenders: "select i.indexrelid::regclass::text from pg_index i join tenant_table t on t.oid = i.indrelid \
            left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0] where i.indisunique and a.attname is distinct from t.key",
        allowed: &[
            ("app.tenant_pkey", "it is the tenant"),
            ("app.tenant_slug_key", "a slug names one shop of the deployment"),
            ("app.tenant_domain_domain_key", "a host leads to one shop of the deployment"),
            ("app.gateway_account_endpoint_id_key", "an endpoint leads to one shop before any is known"),
        ],
        broken_by: "create unique index bad on app.sales_order (number)",
    },
    Rule {
        name: "an index begins with the tenant or the realm",
        offenders: "select t.relname from tenant_table t where not exists (select from pg_index i join pg_attribute a on a.attrelid = i.indrelid \
            and a.attnum = i.indkey[0] where i.indrelid = t.oid and i.indpred is null and a.attname = t.key)",
        allowed: &[("tenant", "it is the tenant")],
        broken_by: "create table app.bad (tenant_id uuid)",
    },
    Rule {
        name: "every change is audited",
        offenders: "select t.relname from tenant_table t where not exists (select from pg_trigger g where g.tgrelid = t.oid and g.tgfoid in ('app.audit_row'::regproc, 'app.audit_tenant'::regproc, 'app.audit_realm_row'::regproc) \
            and g.tgenabled = 'O' and g.tgtype = 1 + 4 + 8 + 16 and g.tgqual is null and g.tgattr = '')",
        allowed: MACHINERY,
        broken_by: "alter table app.payment disable trigger payment_audit",
    },
    Rule {
        name: "updated_at, updated_by and version follow every update",
        offenders: "select t.relname from tenant_table t where not exists (select from pg_trigger g where g.tgrelid = t.oid and g.tgfoid = 'app.touch_row'::regproc \
            and g.tgenabled = 'O' and g.tgtype = 1 + 2 + 16 and g.tgqual is null and g.tgattr = '')",
        allowed: MACHINERY,
        broken_by: "drop trigger payment_touch on app.payment",
    },
    Rule {
        name: "who and when stand in every row",
        offenders: "select t.relname || '.' || w.name from tenant_table t cross join (values ('created_at', 'timestamptz'), ('updated_at', 'timestamptz'), \
              ('created_by', 'text'), ('updated_by', 'text'), ('version', 'bigint')) w (name, type) \
            where t.relname not in ('event_feed', 'outbox', 'idempotency', 'challenge', 'throttle', 'session_use', 'refresh_token', 'message', 'access', 'api_key_use') and not exists (select from pg_attribute a where a.attrelid = t.oid \
              and a.attname = w.name and a.atttypid = w.type::regtype and a.attnotnull)",
        allowed: &[],
        broken_by: "alter table app.media alter column created_by drop not null",
    },
    Rule {
        name: "tables have comments",
        offenders: "select c.oid::regclass::text from pg_class c where c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace) \
            and c.relkind in ('r', 'p') and coalesce(obj_description(c.oid, 'pg_class'), '') = ''",
        allowed: &[],
        broken_by: "comment on table app.cart is null",
    },
    Rule {
        name: "columns whose meaning is a rule have comments",
        offenders: "select t.relname || '.' || a.attname from tenant_table t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped \
            where a.attname ~ '(_bp|_ref|_until|_sha256|_sealed)$|^(digest|fingerprint|epoch|methods|reservation|seq|checks|search_text|catalog_version|tax_included)$' \
            and coalesce(col_description(t.oid, a.attnum), '') = ''",
        allowed: &[],
        broken_by: "comment on column app.sales_order.reservation is null",
    },
    Rule {
        name: "no enum types",
        offenders: "select t.oid::regtype::text from pg_type t where t.typtype = 'e' and t.typnamespace::regnamespace::text !~ '^pg_'",
        allowed: &[],
        broken_by: "create type app.bad as enum ('a')",
    },
    Rule {
        name: "no type that rounds, pads or forgets the time zone",
        offenders: "select a.attrelid::regclass || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') \
            where c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace) and a.atttypid = any \
            (array['real', 'double precision', 'money', 'timestamp', 'timetz', 'json', 'bpchar', 'varchar']::regtype[])",
        allowed: &[],
        broken_by: "alter table app.stock add column weight real",
    },
    Rule {
        name: "amounts are bigint",
        offenders: "select t.relname || '.' || a.attname from tenant_table t join pg_attribute a on a.attrelid = t.oid \
            where a.attname like '%\\_minor' and a.atttypid <> 'bigint'::regtype",
        allowed: &[],
        broken_by: "alter table app.cart add column fee_minor int",
    },
    Rule {
        name: "constraints are named table_columns_kind",
        offenders: "select k.conname from pg_constraint k join tenant_table t on t.oid = k.conrelid cross join lateral ( \
              select case k.contype when 'p' then 'pkey' when 'f' then 'fkey' when 'u' then 'key' when 'c' then 'check' end as kind) s \
            cross join lateral (select case when starts_with(k.conname, t.relname || '_') and right(k.conname, length(s.kind) + 1) = '_' || s.kind \
              then substr(k.conname, length(t.relname) + 2, greatest(length(k.conname) - length(t.relname) - length(s.kind) - 2, 0)) end as columns) m \
            where m.columns is null or case k.contype when 'p' then m.columns <> '' else not exists ( \
              select from unnest(k.conkey) n join pg_attribute a on a.attrelid = t.oid and a.attnum = n where m.columns <> '' and starts_with(a.attname, m.columns)) \
              and m.columns <> (select string_agg(a.attname, '_' order by n.i) filter (where a.attname <> t.key) \
                from unnest(k.conkey) with ordinality n (num, i) join pg_attribute a on a.attrelid = t.oid and a.attnum = n.num) end",
        allowed: &[("stock_variant_id_fkey", "a stock's id is its variant's id")],
        broken_by: "alter table app.cart rename constraint cart_status_check to cart_check",
    },
    Rule {
        name: "indexes are named table_columns_kind",
        offenders: "select i.indexrelid::regclass::text from pg_index i join tenant_table t on t.oid = i.indrelid join pg_class c on c.oid = i.indexrelid \
            where c.relname !~ ('^' || t.relname || case when i.indisprimary then '_pkey' when i.indisunique then '_[a-z0-9_]+_key' else '_[a-z0-9_]+_idx' end || '$')",
        allowed: &[],
        broken_by: "create index quick on app.cart (tenant_id, status)",
    },
];

/// Functions.
pub const FUNCTIONS: &[Rule] = &[
    Rule {
        name: "a function of schema api takes (context, input), answers jsonb, and runs as app_executor or, of people, app_identity or, of the trail, app_auditor or app_sealer on a fixed search path",
        offenders: "select p.proname::text from pg_proc p where p.pronamespace = 'api'::regnamespace and not (p.prosecdef and p.proowner = case \
                when p.proname ~ '^(auth|invitation|member)_' or p.proname = 'jobs_identity_purge' then 'app_identity'::regrole \
                when p.proname ~ '^trail_' then 'app_auditor'::regrole when p.proname = 'jobs_seal_audit' then 'app_sealer'::regrole else 'app_executor'::regrole end \
            and p.proconfig = '{search_path=pg_catalog}' and p.prorettype = 'jsonb'::regtype and not p.proretset \
            and p.proargtypes::oid[] <@ array['jsonb'::regtype::oid] and p.proargnames[1] = 'context' and (p.pronargs = 1 or p.proargnames[2] = 'input'))",
        allowed: &[],
        broken_by: "alter function api.cart_read(jsonb, jsonb) security invoker",
    },
    Rule {
        name: "other functions that run as another role are those that look for a tenant, the one that looks for a session, the one that notes who read the trail, the one that proves a key, and those of the platform",
        offenders: "select p.oid::regprocedure::text from pg_proc p where (p.prosecdef or p.proowner <> 'superadmin'::regrole) \
            and p.pronamespace in ('app'::regnamespace, 'ops'::regnamespace, 'audit'::regnamespace) \
            and not (p.proowner = 'app_resolver'::regrole and p.prosecdef and p.proconfig = '{search_path=pg_catalog}' \
              and p.proname in ('resolve_tenant', 'live_tenants', 'all_tenants', 'tenant_by_endpoint', 'domains_of', 'due_tenant', 'moved_tenant', 'domain_is_taken')) \
            and not (p.pronamespace = 'ops'::regnamespace and p.prosecdef and p.proconfig = '{search_path=pg_catalog}' \
              and (p.proargnames = '{context,input}' or p.proname = 'enter') and p.proowner = case p.proname \
                when 'access_list' then 'app_auditor'::regrole when 'purge_tenants' then 'superadmin'::regrole else 'app_operator'::regrole end) \
            and not (p.proowner = 'app_identity'::regrole and p.prosecdef and p.proconfig = '{search_path=pg_catalog}' and p.proname = 'enter_session') \
            and not (p.proowner = 'app_executor'::regrole and p.prosecdef and p.proconfig = '{search_path=pg_catalog}' and p.proname in ('note_read', 'enter_key'))",
        allowed: &[],
        broken_by: "alter function app.order_facts(uuid, uuid) security definer",
    },
    Rule {
        name: "functions have comments",
        offenders: "select p.oid::regprocedure::text from pg_proc p where p.pronamespace in ('app'::regnamespace, 'api'::regnamespace, 'ops'::regnamespace) \
            and coalesce(obj_description(p.oid, 'pg_proc'), '') = ''",
        allowed: &[],
        broken_by: "comment on function api.cart_read(jsonb, jsonb) is null",
    },
    Rule {
        name: "a function of a tenant enters it before anything else",
        offenders: "select p.proname::text from pg_proc p where p.pronamespace = 'api'::regnamespace \
            and p.prosrc !~ '^\\s*declare\\s+t app\\.tenant := app\\.enter\\(context\\);'",
        allowed: &[
            ("system_ping", "serves no tenant and reads no table"),
            ("tenant_of", "resolves, and tells what the edge may keep"),
            ("webhook_endpoint", "finds the tenant by the endpoint and enters it then"),
            ("jobs_identity_purge", "enters each tenant in turn"),
            ("jobs_messages_due", "enters each tenant in turn"),
            ("jobs_payments_due", "enters each tenant in turn"),
            ("jobs_publish_events", "enters each tenant in turn"),
            ("jobs_purge", "enters each tenant in turn"),
            ("jobs_release_reservations", "enters each tenant in turn"),
            ("jobs_seal_audit", "the same, deleted ones too"),
        ],
        broken_by: "create function api.bad(context jsonb, input jsonb) returns jsonb language sql as $$ select '{}'::jsonb $$",
    },
    Rule {
        name: "a function of the platform proves who calls and writes down why before anything else",
        offenders: "select p.proname::text from pg_proc p where p.pronamespace = 'ops'::regnamespace and p.proargnames = '{context,input}' \
            and p.prosrc !~ '^\\s*declare\\s+g ops\\.platform_grant := ops\\.enter\\(context, ''[a-z]+\\.[a-z_]+'''",
        allowed: &[("purge_tenants", "a job: of shops that somebody has deleted and nobody has restored in time")],
        broken_by: "create function ops.bad(context jsonb, input jsonb) returns jsonb language sql as $$ select '{}'::jsonb $$",
    },
    Rule {
        name: "a job enters each tenant before it touches a table of it",
        offenders: "select p.proname::text from pg_proc p where p.pronamespace = 'api'::regnamespace and p.proname like 'jobs\\_%' \
            and p.prosrc !~ 'in select app\\.live_tenants\\(\\) loop\\s+exit when [^;]+;\\s+perform app\\.enter\\(context \\|\\| jsonb_build_object\\(''tenant_id'', tenant\\)\\);'",
        allowed: &[
            ("jobs_messages_settle", "settles one message of the tenant that the context names"),
            (
                "jobs_seal_audit",
                "sets the tenant itself: app.enter refuses a deleted one, whose trail is sealed all the same",
            ),
        ],
        broken_by: "create function api.jobs_bad(context jsonb, input jsonb) returns jsonb language sql as $$ select '{}'::jsonb $$",
    },
    Rule {
        name: "no function that the edge reaches makes SQL from text",
        offenders: "select p.oid::regprocedure::text from pg_proc p where p.pronamespace in ('app'::regnamespace, 'api'::regnamespace) and p.prosrc ~* '\\mexecute\\M'",
        allowed: &[
            ("app.protect(regclass,text[])", "called by migrations only, with names that stand in them"),
            ("app.protect_realm(regclass,text[])", "the same"),
            ("app.confine_to_realm(regclass)", "the same"),
        ],
        broken_by: "create function app.bad(t text) returns void language plpgsql as $$ begin execute t; end $$",
    },
];

/// Roles and what they may.
pub const ROLES: &[Rule] = &[
    Rule {
        name: "no role of the application is exempt from anything",
        offenders: "select rolname::text from pg_roles where rolname in ('app_user', 'app_executor', 'app_resolver', 'app_identity', 'app_auditor', 'app_sealer', 'app_operator', 'app_admin', 'superadmin') \
            and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolcanlogin <> (rolname in ('app_user', 'app_admin')))",
        allowed: &[],
        broken_by: "alter role app_executor bypassrls",
    },
    Rule {
        name: "app_user and the roles that functions run as are members of no role",
        offenders: "select m.roleid::regrole || ' to ' || m.member::regrole from pg_auth_members m \
            where m.member in ('app_user'::regrole, 'app_executor'::regrole, 'app_resolver'::regrole, 'app_identity'::regrole, 'app_auditor'::regrole, 'app_sealer'::regrole, 'app_operator'::regrole)",
        allowed: &[],
        broken_by: "grant app_executor to app_user",
    },
    Rule {
        name: "app_user owns nothing",
        offenders: "select d.classid::regclass || ' ' || d.objid from pg_shdepend d \
            where d.refclassid = 'pg_authid'::regclass and d.refobjid = 'app_user'::regrole and d.deptype = 'o'",
        allowed: &[],
        broken_by: "create table public.bad (id int); alter table public.bad owner to app_user",
    },
    Rule {
        name: "app_user and app_admin can touch no table, column or sequence",
        offenders: "select r || ' ' || c.oid::regclass from pg_class c cross join unnest(array['app_user', 'app_admin']) r where c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)' \
            and case when c.relkind in ('r', 'p', 'v', 'm', 'f') then has_table_privilege(r, c.oid, 'select, insert, update, delete, truncate, references, trigger') \
              or has_any_column_privilege(r, c.oid, 'select, insert, update, references') \
              when c.relkind = 'S' then has_sequence_privilege(r, c.oid, 'usage, select, update') end",
        allowed: &[],
        broken_by: "grant select (number) on app.sales_order to app_user",
    },
    Rule {
        name: "app_user reaches functions of schema api alone",
        offenders: "select p.oid::regprocedure::text from pg_proc p where p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)' \
            and has_function_privilege('app_user', p.oid, 'execute') <> (p.pronamespace = 'api'::regnamespace)",
        allowed: &[],
        broken_by: "grant execute on function app.tenant_id() to public",
    },
    Rule {
        name: "app_admin reaches the functions of schema ops that take a context, and nothing of migrations and seeds",
        offenders: "select p.oid::regprocedure::text from pg_proc p where p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)' \
            and has_function_privilege('app_admin', p.oid, 'execute') <> (p.pronamespace = 'ops'::regnamespace and coalesce(p.proargnames = '{context,input}', false))",
        allowed: &[],
        broken_by: "grant execute on function ops.seed_staff(jsonb) to app_admin",
    },
    Rule {
        name: "app_operator reads which shops and staff there are, writes grants, looks and plans, and makes a shop with the invitation of its owner",
        offenders: "select w.name from (select c.oid::regclass || ' ' || a.what as name from pg_class c \
              cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) a (what) \
              where c.relnamespace in ('app'::regnamespace, 'ops'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace) \
                and c.relkind = 'r' and has_table_privilege('app_operator', c.oid, a.what)) w \
            where w.name not in ('app.tenant select', 'app.tenant insert', 'app.tenant update', 'app.tenant_domain select', 'app.invitation insert', \
              'app.message insert', 'ops.platform_grant select', 'ops.platform_grant insert', 'ops.platform_grant update', 'ops.access insert', 'ops.plan select', 'ops.plan insert', 'audit.entry insert')",
        allowed: &[],
        broken_by: "grant select on app.sales_order to app_operator",
    },
    Rule {
        name: "app_user sees schema api alone and makes nothing anywhere",
        offenders: "select n.nspname::text from pg_namespace n where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' \
            and (has_schema_privilege('app_user', n.oid, 'create') or has_schema_privilege('app_user', n.oid, 'usage') <> (n.nspname = 'api'))",
        allowed: &[],
        broken_by: "grant usage on schema app to public",
    },
    Rule {
        name: "superadmin owns the tables",
        offenders: "select c.oid::regclass::text from pg_class c where c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace) and c.relowner <> 'superadmin'::regrole",
        allowed: &[],
        broken_by: "alter table app.cart owner to app_executor",
    },
    Rule {
        name: "app_executor and app_identity read and write rows and may do nothing else with a table",
        offenders: "select r || ' ' || c.oid::regclass from pg_class c cross join unnest(array['app_executor', 'app_identity']) r \
            where c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace) and c.relkind = 'r' \
            and has_table_privilege(r, c.oid, 'truncate, references, trigger')",
        allowed: &[],
        broken_by: "grant truncate on app.cart to app_executor",
    },
    Rule {
        name: "what is settled is never deleted by a function",
        offenders: "select r || ' ' || t from unnest(array['app.tenant', 'app.sales_order', 'app.order_line', 'app.payment', 'app.gateway_account', 'app.gateway_event', 'app.outbox', \
              'app.event_feed', 'app.membership', 'app.customer_address', 'identity.account', 'identity.credential']::regclass[]) t \
            cross join unnest(array['app_executor', 'app_identity']) r where has_table_privilege(r, t, 'delete')",
        allowed: &[],
        broken_by: "grant delete on app.payment to app_executor",
    },
    Rule {
        name: "the audit trail only grows",
        offenders: "select r || ' ' || t from unnest(array['app_executor', 'app_identity', 'app_user', 'app_resolver', 'app_admin', 'app_operator']) r \
            cross join unnest(array['audit.entry', 'audit.attempt', 'audit.link', 'ops.access']::regclass[]) t \
            where has_table_privilege(r, t, 'select, update, delete, truncate') or has_any_column_privilege(r, t, 'select, update')",
        allowed: &[],
        broken_by: "grant update on audit.entry to app_executor",
    },
    Rule {
        name: "what writes the trail does not seal it",
        offenders: "select r.rolname::text from pg_roles r where r.rolname in ('app_executor', 'app_identity', 'app_user', 'app_resolver', 'app_admin', 'app_auditor') \
            and (has_table_privilege(r.rolname, 'audit.link', 'insert') or has_any_column_privilege(r.rolname, 'audit.link', 'insert'))",
        allowed: &[],
        broken_by: "grant insert on audit.link to app_identity",
    },
    Rule {
        name: "app_sealer reads the trail and adds links, and does nothing else with any table",
        offenders: "select c.oid::regclass::text from pg_class c where c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace) and c.relkind = 'r' \
            and (has_table_privilege('app_sealer', c.oid, 'update, delete, truncate, references, trigger') \
              or has_any_column_privilege('app_sealer', c.oid, 'update') \
              or has_any_column_privilege('app_sealer', c.oid, 'insert') <> (c.oid = 'audit.link'::regclass) \
              or has_any_column_privilege('app_sealer', c.oid, 'select') <> (c.oid in ('audit.entry'::regclass, 'audit.link'::regclass)))",
        allowed: &[],
        broken_by: "grant update (hash) on audit.link to app_sealer",
    },
    Rule {
        name: "app_auditor reads the trail, its seals and the tenant that it enters, and writes nothing",
        offenders: "select c.oid::regclass::text from pg_class c where c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace) and c.relkind = 'r' \
            and (has_table_privilege('app_auditor', c.oid, 'insert, update, delete, truncate, references, trigger') \
              or has_any_column_privilege('app_auditor', c.oid, 'insert, update') \
              or has_any_column_privilege('app_auditor', c.oid, 'select') <> (c.oid in ('app.tenant'::regclass, 'audit.entry'::regclass, 'audit.link'::regclass)))",
        allowed: &[],
        broken_by: "grant insert on audit.entry to app_auditor",
    },
    Rule {
        name: "app_resolver reads the three tables that name tenants, and writes none",
        offenders: "select c.oid::regclass::text from pg_class c where c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace) and c.relkind = 'r' \
            and (has_table_privilege('app_resolver', c.oid, 'insert, update, delete, truncate, references, trigger') \
              or has_table_privilege('app_resolver', c.oid, 'select') <> (c.relname in ('tenant', 'tenant_domain', 'gateway_account')))",
        allowed: &[],
        broken_by: "grant update on app.tenant to app_resolver",
    },
    Rule {
        name: "what proves a person is read by app_identity alone",
        offenders: "select r || ' ' || c.oid::regclass from pg_class c cross join unnest(array['app_executor', 'app_resolver', 'app_admin', 'app_user', 'app_operator']) r \
            where (c.relnamespace = 'identity'::regnamespace or c.oid in ('app.session'::regclass, 'app.session_use'::regclass, 'app.refresh_token'::regclass)) \
            and c.relkind = 'r' and (has_table_privilege(r, c.oid, 'select, insert, update, delete') or has_any_column_privilege(r, c.oid, 'select, insert, update'))",
        allowed: &[
            (
                "app_executor identity.account",
                "names and addresses of own customers and members; no secret is in this table",
            ),
            ("app_operator identity.account", "e-mail and name of staff, seven columns; no secret is in this table"),
        ],
        broken_by: "grant select (password_hash) on identity.credential to app_executor",
    },
    Rule {
        name: "app_identity reaches no more of a shop than signing in needs",
        offenders: "select c.relname::text from pg_class c where c.relnamespace = 'app'::regnamespace and c.relkind = 'r' \
            and (has_table_privilege('app_identity', c.oid, 'select, insert, update, delete') or has_any_column_privilege('app_identity', c.oid, 'select, insert, update'))",
        allowed: &[
            ("tenant", "whose policy it applies"),
            ("membership", "the role of staff"),
            ("role", "what a role of the shop's own permits"),
            ("invitation", "a membership, and perhaps an account, comes of it"),
            ("session", "its own"),
            ("session_use", "its own"),
            ("refresh_token", "its own"),
            ("message", "codes and links that it sends"),
            ("cart", "a guest's cart goes along at sign-in"),
            ("cart_item", "a guest's cart goes along at sign-in"),
            ("sales_order", "guest orders go along once their e-mail is proved: four columns, one of them written"),
        ],
        broken_by: "grant select on app.payment to app_identity",
    },
    Rule {
        name: "a forgotten connection of app_user holds no lock for long",
        offenders: "select w from unnest(array['statement_timeout=4s', 'lock_timeout=3s', 'idle_in_transaction_session_timeout=1s']) w \
            where not w = any (coalesce((select rolconfig from pg_roles where rolname = 'app_user'), '{}'))",
        allowed: &[],
        broken_by: "alter role app_user reset lock_timeout",
    },
    Rule {
        name: "a statement of app_admin ends too",
        offenders: "select w from unnest(array['statement_timeout=30s', 'lock_timeout=3s', 'idle_in_transaction_session_timeout=1s']) w \
            where not w = any (coalesce((select rolconfig from pg_roles where rolname = 'app_admin'), '{}'))",
        allowed: &[],
        broken_by: "alter role app_admin reset statement_timeout",
    },
];
