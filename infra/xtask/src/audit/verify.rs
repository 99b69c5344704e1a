//! Recomputes the chains of a database: one consistent look at it, some thousand links at a time.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail};
use tokio_postgres::{Client, IsolationLevel, Transaction};

use super::chain::{Chain, Fault, Hash, Link};

/// Links that are fetched at once.
const FETCHED: i32 = 20_000;

/// Shops with a trail, those too that have lost their own row.
const SHOPS: &str = "
    with recursive trail as (
      (select tenant_id from audit.entry order by 1 limit 1)
      union all select (select e.tenant_id from audit.entry e where e.tenant_id > t.tenant_id order by 1 limit 1)
      from trail t where t.tenant_id is not null),
    chain as (
      (select tenant_id from audit.link order by 1 limit 1)
      union all select (select l.tenant_id from audit.link l where l.tenant_id > c.tenant_id order by 1 limit 1)
      from chain c where c.tenant_id is not null)
    select x.id::text, coalesce(t.slug, 'unknown shop ' || x.id) from (
      select id from app.tenant union select tenant_id from trail union select tenant_id from chain) x (id)
    left join app.tenant t using (id) where x.id is not null order by 2, 1";

const LINKS: &str = "
    select l.seq, l.entry_id, l.hash, case when e.id is not null then app.audit_digest(l.form, e) end
    from audit.link l left join audit.entry e on e.tenant_id = l.tenant_id and e.id = l.entry_id
    where l.tenant_id = $1::text::uuid order by l.seq";

/// Lines without a link: those that the job has passed, the first of them, and those that wait for it. It has passed what its last link calls
/// settled, and what happened an hour before that link was made: no statement takes so long to commit.
const UNSEALED: &str = "
    select count(*) filter (where u.passed), coalesce(min(u.id) filter (where u.passed), 0), count(*) filter (where not u.passed) from (
      select e.id, coalesce(e.id <= last.settled or e.occurred_at < last.sealed_at - interval '1 hour', false) as passed
      from audit.entry e
      left join (select l.settled, l.sealed_at from audit.link l where l.tenant_id = $1::text::uuid order by l.seq desc limit 1) last on true
      where e.tenant_id = $1::text::uuid
        and not exists (select from audit.link l where l.tenant_id = e.tenant_id and l.entry_id = e.id)) u";

/// What is to be verified.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// One shop's chain alone.
    pub shop: Option<String>,
    /// Heads of earlier days by the shop's slug, which the chains must contain.
    pub heads: HashMap<String, HashSet<Hash>>,
}

/// What was found of one shop.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The shop's slug.
    pub shop: String,
    /// Links in its chain.
    pub sealed: i64,
    /// Lines that the job will seal.
    pub waiting: i64,
    /// Hash of the last link.
    pub head: Option<Hash>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// Verifies the chains of all shops or of one.
///
/// # Errors
/// When the database does not answer, or has no such shop.
pub async fn verify(client: &mut Client, wanted: &Wanted) -> Result<Vec<Verdict>> {
    let look = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let look = look.start().await.context("cannot look at the database")?;
    let mut verdicts = Vec::new();
    let mut heads = wanted.heads.clone();
    for row in look.query(SHOPS, &[]).await.context("cannot list the shops")? {
        let (id, slug): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let wanted_heads = heads.remove(&slug).unwrap_or_default();
        if wanted.shop.as_ref().is_none_or(|shop| *shop == slug) {
            let verdict = verify_shop(&look, &id, slug.clone(), wanted_heads).await;
            verdicts.push(verdict.with_context(|| format!("cannot read the trail of {slug}"))?);
        }
    }
    if let Some(slug) = heads.keys().next() {
        bail!("a head is expected of {slug}, and there is no such shop");
    }
    if let (Some(slug), true) = (&wanted.shop, verdicts.is_empty()) {
        bail!("there is no shop {slug}");
    }
    Ok(verdicts)
}

async fn verify_shop(look: &Transaction<'_>, id: &str, shop: String, heads: HashSet<Hash>) -> Result<Verdict> {
    let mut chain = Chain::new(heads);
    let links = look.prepare(LINKS).await?;
    let links = look.bind(&links, &[&id]).await?;
    loop {
        let rows = look.query_portal(&links, FETCHED).await?;
        for row in &rows {
            let digest: Option<&[u8]> = row.try_get(3)?;
            let digest = digest.map(Hash::try_from).transpose()?;
            let hash = Hash::try_from(row.try_get::<_, &[u8]>(2)?)?;
            chain.take(Link { seq: row.try_get(0)?, entry: row.try_get(1)?, hash, digest });
        }
        if rows.is_empty() {
            break;
        }
    }
    let (sealed, head, mut faults) = chain.end();
    let row = look.query_one(UNSEALED, &[&id]).await?;
    let (passed, first, waiting): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    if passed > 0 {
        faults.push(Fault::Unsealed(passed, first));
    }
    Ok(Verdict { shop, sealed, waiting, head, faults })
}
