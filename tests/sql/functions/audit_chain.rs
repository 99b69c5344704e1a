//! The trail's chain: every line is sealed once, whenever its statement commits, and whatever is done to it afterwards is found.

use futures::future::join_all;
use serde_json::json;
use tests::{Database, eventually};
use tokio_postgres::Client;
use xtask::audit::{Fault, Hash, Verdict, Wanted, verify};

use super::call;

const SHOP: &str = "qahwa";

/// One run of the job, of so many lines; how many it sealed.
async fn seal(user: &Client, limit: i64) -> i64 {
    let context = json!({"request_id": "seal", "ip": null, "actor": "job"});
    let done = call(user, "jobs_seal_audit", &context, &json!({"limit": limit})).await.unwrap();
    done["done"].as_i64().unwrap()
}

/// Until nothing is left.
async fn seal_all(database: &Database) {
    let user = database.app_user_session().await;
    while seal(&user, 2_000).await > 0 {}
}

/// A line of the shop's, written as a trigger would.
fn line(row: &str) -> String {
    format!(
        "insert into audit.entry (tenant_id, actor, action, table_name, row_id, after) \
         select id, 'guest', 'insert', 'cart', '{row}', '{{}}' from app.tenant where slug = '{SHOP}'"
    )
}

async fn lines(sql: &Client, count: usize) {
    for n in 0..count {
        sql.batch_execute(&line(&n.to_string())).await.unwrap();
    }
}

async fn verdict(database: &Database, heads: &[Hash]) -> Verdict {
    let wanted = Wanted {
        shop: Some(SHOP.to_owned()),
        heads: [(SHOP.to_owned(), heads.iter().copied().collect())].into_iter().collect(),
    };
    verify(&mut database.another_session().await, &wanted).await.unwrap().remove(0)
}

/// A number of the shop's chain or trail; `{shop}` stands for its id.
async fn number(database: &Database, query: &str) -> i64 {
    let query = query.replace("{shop}", &format!("(select id from app.tenant where slug = '{SHOP}')"));
    database.sql.query_one(&query, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn every_line_of_every_shop_is_sealed_in_its_own_chain() {
    let database = Database::start().await;
    database.sql.batch_execute("update app.tenant set deleted_at = now() where slug = 'moda'").await.unwrap();
    seal_all(&database).await;
    let verdicts = verify(&mut database.another_session().await, &Wanted::default()).await.unwrap();
    assert_eq!(verdicts.iter().map(|verdict| &*verdict.shop).collect::<Vec<_>>(), ["moda", "oud", "platform", "qahwa"]);
    for Verdict { shop, sealed, waiting, head, faults } in &verdicts {
        // Of the platform itself there is its own row.
        let least = if shop == "platform" { 1 } else { 100 };
        assert!(
            *sealed >= least && *waiting == 0 && head.is_some() && faults.is_empty(),
            "{shop}: {sealed} {faults:?}"
        );
    }
    assert_ne!(verdicts[0].head, verdicts[1].head);
    let gaps = "select count(*) from (select tenant_id, count(*) as n, max(seq) as last from audit.link group by 1) x where n <> last";
    assert_eq!(number(&database, gaps).await, 0);
    let wanted = Wanted { shop: Some("nowhere".into()), ..Wanted::default() };
    let error = verify(&mut database.another_session().await, &wanted).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no shop nowhere");
}

#[tokio::test]
async fn a_line_that_commits_late_is_sealed_late_and_once() {
    let database = Database::start().await;
    let user = database.app_user_session().await;
    seal_all(&database).await;
    let late = database.another_session().await;
    late.batch_execute(&format!("begin; {}", line("late"))).await.unwrap();
    // Sealed again and again behind its back: where to look must not move beyond it.
    for _ in 0..4 {
        lines(&database.sql, 3).await;
        assert_eq!(seal(&user, 100).await, 3);
    }
    let late_id = "select max(id) from audit.entry where row_id = 'late'";
    late.batch_execute("commit").await.unwrap();
    assert_eq!(seal(&user, 100).await, 1, "the late line");
    let place = format!(
        "select count(*) from audit.link where tenant_id = {{shop}} and entry_id > ({late_id}) and seq < \
        (select seq from audit.link where tenant_id = {{shop}} and entry_id = ({late_id}))"
    );
    assert_eq!(number(&database, &place).await, 12, "the order is that of sealing");
    assert_eq!(verdict(&database, &[]).await.faults, []);
    // Once whatever ran at the time has ended, in the whole cluster, the search begins behind it.
    let settled = format!("select max(settled) - ({late_id}) from audit.link where tenant_id = {{shop}}");
    eventually(async || {
        lines(&database.sql, 1).await;
        assert_eq!(seal(&user, 100).await, 1);
        number(&database, &settled).await > 0
    })
    .await;
    assert_eq!(seal(&user, 100).await, 0);
}

#[tokio::test]
async fn sealers_at_once_seal_each_line_once_in_bounded_steps() {
    let database = Database::start().await;
    seal_all(&database).await;
    let before = verdict(&database, &[]).await.sealed;
    lines(&database.sql, 50).await;
    let mut sealed = 0;
    while sealed < 50 {
        let runs = join_all((0..5).map(|_| async { seal(&database.app_user_session().await, 7).await })).await;
        assert!(runs.iter().all(|done| *done <= 7), "{runs:?}");
        sealed += runs.iter().sum::<i64>();
    }
    let after = verdict(&database, &[]).await;
    assert_eq!((sealed, after.sealed - before, after.faults, after.waiting), (50, 50, Vec::new(), 0));
}

/// What is done to a sealed trail behind every trigger's back, and what is found. The last four lines before it are sealed at places
/// `{n}`-3 to `{n}`.
const TAMPERINGS: [(&str, &str); 11] = [
    (
        "update audit.entry set actor = 'nobody' where id = {third}",
        "entry {third} of link {n-1} is not what was sealed: it or the link was changed",
    ),
    (
        "update audit.entry set reason = 'asked' where id = {third}",
        "entry {third} of link {n-1} is not what was sealed: it or the link was changed",
    ),
    (
        "update audit.entry set occurred_at = occurred_at - interval '1 microsecond' where id = {third}",
        "entry {third} of link {n-1} is not what was sealed: it or the link was changed",
    ),
    (
        "update audit.entry set after = after || '{\"x\": 1}' where id = {third}",
        "entry {third} of link {n-1} is not what was sealed: it or the link was changed",
    ),
    (
        "update audit.link set hash = sha256('x') where entry_id = {third}",
        "entry {third} of link {n-1} is not what was sealed: it or the link was changed",
    ),
    ("delete from audit.entry where id = {third}", "entry {third} of link {n-1} is missing"),
    ("delete from audit.link where entry_id = {third}", "link {n-1} is missing"),
    (
        "delete from audit.link where entry_id = {third}; delete from audit.entry where id = {third}",
        "link {n-1} is missing",
    ),
    (
        "update audit.link set entry_id = -entry_id where entry_id in ({second}, {third}); \
         update audit.link set entry_id = case entry_id when -{second} then {third} else {second} end where entry_id < 0",
        "links {n-2} and {n-1} were exchanged",
    ),
    (
        "update audit.link set seq = seq + 1000000 where entry_id in ({second}, {third}); \
         update audit.link set seq = case entry_id when {second} then {n-1} else {n-2} end where seq > 1000000",
        "links {n-2} and {n-1} were exchanged",
    ),
    (
        "insert into audit.entry (tenant_id, id, actor, action, table_name, row_id) overriding system value \
         select tenant_id, {first} - 1000000, actor, action, table_name, 'forged' from audit.entry where id = {first}",
        "1 entries were never sealed though the job has passed them: entry {first-1000000} is the first",
    ),
];

#[tokio::test]
async fn whatever_is_tampered_with_is_found_and_named() {
    let database = Database::start().await;
    lines(&database.sql, 2).await;
    seal_all(&database).await;
    lines(&database.sql, 4).await;
    seal_all(&database).await;
    let whole = verdict(&database, &[]).await;
    assert_eq!(whole.faults, []);
    let ids = "select e.id from audit.link e_l join audit.entry e on e.tenant_id = e_l.tenant_id and e.id = e_l.entry_id \
        where e.tenant_id = (select id from app.tenant where slug = $1) order by e_l.seq desc limit 4";
    let ids = database.sql.query(ids, &[&SHOP]).await.unwrap();
    let id = |at: usize| ids[at].get::<_, i64>(0);
    let fill = |text: &str| {
        let words = [
            ("{first-1000000}", id(3) - 1_000_000),
            ("{first}", id(3)),
            ("{second}", id(2)),
            ("{third}", id(1)),
            ("{n-1}", whole.sealed - 1),
            ("{n-2}", whole.sealed - 2),
        ];
        words.iter().fold(text.to_owned(), |text, (word, number)| text.replace(word, &number.to_string()))
    };
    for (tampering, expected) in TAMPERINGS {
        let untouched =
            "create table test_support.entry as table audit.entry; create table test_support.link as table audit.link";
        database.sql.batch_execute(untouched).await.unwrap();
        database.sql.batch_execute(&fill(tampering)).await.unwrap_or_else(|error| panic!("{tampering}: {error:?}"));
        let found = verdict(&database, &[]).await.faults.iter().map(Fault::to_string).collect::<Vec<_>>();
        assert!(found.contains(&fill(expected)), "{tampering}: {found:?}, not {:?}", fill(expected));
        // The job does not cover it up.
        seal_all(&database).await;
        assert_ne!(verdict(&database, &[]).await.faults, [], "{tampering}");
        let restored = "truncate audit.entry, audit.link; \
            insert into audit.entry overriding system value table test_support.entry; insert into audit.link table test_support.link; \
            drop table test_support.entry, test_support.link";
        database.sql.batch_execute(restored).await.unwrap();
        assert_eq!(verdict(&database, &[]).await.faults, [], "{tampering} was not undone");
    }
}

#[tokio::test]
async fn a_tail_that_was_cut_off_is_found_by_who_kept_a_head() {
    let database = Database::start().await;
    seal_all(&database).await;
    let early = verdict(&database, &[]).await.head.unwrap();
    lines(&database.sql, 4).await;
    seal_all(&database).await;
    let kept = verdict(&database, &[early]).await;
    assert_eq!(kept.faults, []);
    let cut = format!(
        "with cut as (delete from audit.link where tenant_id = (select id from app.tenant where slug = '{SHOP}') and seq > {} returning *) \
         delete from audit.entry e using cut where e.tenant_id = cut.tenant_id and e.id = cut.entry_id",
        kept.sealed - 2
    );
    database.sql.batch_execute(&cut).await.unwrap();
    assert_eq!(verdict(&database, &[early]).await.faults, [], "nothing in the database can tell");
    let faults = verdict(&database, &[early, kept.head.unwrap()]).await.faults;
    assert!(matches!(&faults[..], [Fault::UnknownHead(_)]), "{faults:?}");
    // Nor does going on hide it.
    lines(&database.sql, 2).await;
    seal_all(&database).await;
    assert_eq!(verdict(&database, &[kept.head.unwrap()]).await.faults.len(), 1);
}

/// The form that app.audit_digest describes, written down by hand: links of today must be good for as long as the trail is kept.
#[tokio::test]
async fn the_canonical_form_is_what_it_was() {
    let database = Database::start().await;
    let form = r#"select app.audit_digest(1, e) = sha256(convert_to('["wasla audit entry", 1, "00000000-0000-0000-0000-00000000000a", 7, 1767225600000001, '
        || '"usr_x", "r-1", null, "update", "cart", "c \"1\"", {"a": 1.50, "bb": "قهوة"}, null, "because"]', 'UTF8'))
        from (select ('00000000-0000-0000-0000-00000000000a'::uuid) as tenant_id, 7::bigint as id) k,
        lateral jsonb_populate_record(null::audit.entry, jsonb_build_object('tenant_id', k.tenant_id, 'id', k.id,
          'occurred_at', '2026-01-01T00:00:00.000001Z', 'actor', 'usr_x', 'request_id', 'r-1', 'action', 'update', 'table_name', 'cart',
          'row_id', 'c "1"', 'before', '{"bb": "قهوة", "a": 1.50}'::jsonb, 'reason', 'because')) e"#;
    assert!(database.sql.query_one(form, &[]).await.unwrap().get::<_, bool>(0));
}
