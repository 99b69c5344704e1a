//! Migrations can be undone, and come back the same.

use std::collections::BTreeSet;

use tests::{Database, root};
use tokio_postgres::Client;
use xtask::migrate;

/// Everything that a migration can make, one line a thing. Columns are named, not numbered: a dropped one leaves a number behind.
const CATALOGUE: &str = "
with home as (select oid, nspname from pg_namespace where nspname in ('app', 'identity', 'api', 'audit', 'ops', 'public')),
relation as (select c.*, n.nspname from pg_class c join home n on n.oid = c.relnamespace
  where not exists (select from unnest(array['schema_migration', 'api_function', 'seed_file']) l where starts_with(c.relname, l)))
select 'schema ' || n.nspname || ' ' || pg_get_userbyid(n.nspowner) || ' ' || coalesce(n.nspacl::text, '') || ' ' || coalesce(obj_description(n.oid, 'pg_namespace'), '')
  from pg_namespace n join home using (oid)
union all select format('relation %s.%s %s %s rls %s %s acl %s with %s: %s', nspname, relname, relkind, pg_get_userbyid(relowner), relrowsecurity,
  relforcerowsecurity, relacl, reloptions, obj_description(oid, 'pg_class')) from relation
union all select format('column %s.%s.%s %s not null %s default %s identity %s: %s', r.nspname, r.relname, a.attname, format_type(a.atttypid, a.atttypmod),
  a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, col_description(r.oid, a.attnum))
  from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
union all select format('constraint %s on %s: %s', k.conname, k.conrelid::regclass, pg_get_constraintdef(k.oid)) from pg_constraint k join relation r on r.oid = k.conrelid
union all select 'index ' || pg_get_indexdef(i.indexrelid) from pg_index i join relation r on r.oid = i.indrelid
union all select 'trigger ' || pg_get_triggerdef(g.oid) from pg_trigger g join relation r on r.oid = g.tgrelid where not g.tgisinternal
union all select format('policy %s: %s', to_jsonb(p), obj_description(o.oid, 'pg_policy')) from pg_policies p
  join pg_policy o on o.polname = p.policyname and o.polrelid = format('%I.%I', p.schemaname, p.tablename)::regclass
union all select format('function %s %s %s acl %s: %s', p.oid::regprocedure, pg_get_userbyid(p.proowner), md5(pg_get_functiondef(p.oid)), p.proacl, obj_description(p.oid, 'pg_proc'))
  from pg_proc p join home n on n.oid = p.pronamespace
union all select format('type %s.%s', n.nspname, t.typname) from pg_type t join home n on n.oid = t.typnamespace
  where t.typname !~ '^_?(schema_migration|api_function|seed_file)$'
union all select format('default privileges %s %s %s', pg_get_userbyid(defaclrole), defaclobjtype, defaclacl) from pg_default_acl";

async fn catalogue(sql: &Client) -> BTreeSet<String> {
    sql.query(CATALOGUE, &[]).await.unwrap().iter().map(|row| row.get::<_, Option<String>>(0).unwrap()).collect()
}

#[track_caller]
fn assert_same(what: &str, one: &BTreeSet<String>, other: &BTreeSet<String>) {
    let gone: Vec<_> = one.difference(other).collect();
    let new: Vec<_> = other.difference(one).collect();
    assert!(gone.is_empty() && new.is_empty(), "{what}\nonly before: {gone:#?}\nonly after: {new:#?}");
}

#[tokio::test]
async fn all_down_and_up_again_is_the_same() {
    let mut database = Database::start().await;
    let folder = root().join("migrations");
    let count = migrate::read_migrations(&folder.join("schema")).unwrap().len();
    let before = catalogue(&database.sql).await;
    assert!(before.len() > 300, "{} lines say too little", before.len());
    migrate::down(&mut database.sql, &folder, count).await.unwrap();
    let left = "select nspname::text from pg_namespace where nspname in ('app', 'identity', 'api', 'audit', 'ops')";
    assert!(database.sql.query(left, &[]).await.unwrap().is_empty(), "schemas are left behind");
    migrate::up(&mut database.sql, &folder).await.unwrap();
    assert_same("after all down and all up", &before, &catalogue(&database.sql).await);
}

#[tokio::test]
async fn each_down_removes_what_its_up_made() {
    let mut database = Database::start().await;
    let folder = root().join("migrations");
    let migrations = migrate::read_migrations(&folder.join("schema")).unwrap();
    // Functions come and go as one; they are not part of a single step.
    migrate::down(&mut database.sql, &folder, migrations.len()).await.unwrap();
    for migration in &migrations {
        let before = catalogue(&database.sql).await;
        for (direction, path) in [("up", Some(&migration.up)), ("down", migration.down.as_ref())] {
            let path = path.unwrap_or_else(|| panic!("{} has no {direction}", migration.name));
            apply(&database.sql, &std::fs::read_to_string(path).unwrap()).await;
        }
        assert_same(&migration.name, &before, &catalogue(&database.sql).await);
        apply(&database.sql, &std::fs::read_to_string(&migration.up).unwrap()).await;
    }
}

async fn apply(sql: &Client, text: &str) {
    sql.batch_execute("begin").await.unwrap();
    sql.batch_execute(text).await.unwrap_or_else(|error| panic!("{error:?}"));
    sql.batch_execute("commit").await.unwrap();
}
