//! `/me/domains`: names of a shop's own, from the asking to the end of the redirect.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Behaviour, Call, DnsBehaviour, DnsFault, TxtRecords, World};
use tokio::task::JoinSet;

use crate::api::auth::{Door, Person, text};

/// A shop's owner, who has domains in mind.
struct Registrant<'w> {
    shop: Door<'w>,
    owner: Person,
}

impl<'w> Registrant<'w> {
    async fn of(world: &'w World, slug: &'w str) -> Self {
        let owner = Door::staff(world, slug).employee(&format!("noura@{slug}.example"), "owner").await;
        Self { shop: Door::tenant(world, slug), owner }
    }

    fn world(&self) -> &'w World {
        self.shop.shop.world
    }

    fn add(&self, domain: &str) -> Call {
        self.owner.sign(self.shop.post("/domains", &json!({"domain": domain})))
    }

    fn verify(&self, domain: &Value) -> Call {
        self.owner.sign(self.shop.request(Method::POST, &format!("{}/verify", path(domain))))
    }

    fn set(&self, domain: &Value, is_primary: bool) -> Call {
        self.shop.patch(&path(domain), &self.owner, &json!({"is_primary": is_primary}))
    }

    fn remove(&self, domain: &Value) -> Call {
        self.shop.delete(&path(domain), &self.owner)
    }

    async fn list(&self) -> Vec<(String, String)> {
        let all = self.shop.get("/domains", &self.owner).await.expect(200).data();
        all.as_array().unwrap().iter().map(|one| (text(one, "/domain"), text(one, "/status"))).collect()
    }

    /// Asks for a domain, publishes the proof and has it verified.
    async fn have(&self, domain: &str) -> Value {
        let asked = self.add(domain).await.expect(201).data();
        publish(self.world(), &asked);
        self.verify(&asked).await.expect(200).data()
    }

    /// Has the time come at which something about `shop.example` ends.
    async fn has_come(&self, column: &str) {
        let ends = format!("update app.tenant_domain set {column} = now() where domain = 'shop.example'");
        self.later(&format!("{ends} and tenant_id = app.tenant_id()")).await;
    }

    /// Changes the shop's rows as time would.
    async fn later(&self, statement: &str) {
        let shop = self.shop.shop.tenant_id().await;
        let sql = format!("begin; select set_config('app.tenant_id', '{shop}', true); {statement}; commit");
        self.world().sql.batch_execute(&sql).await.unwrap();
    }
}

fn path(domain: &Value) -> String {
    format!("/domains/{}", text(domain, "/id"))
}

fn publish(world: &World, asked: &Value) {
    let (name, value) = (text(asked, "/proof/record_name"), text(asked, "/proof/record_value"));
    world.gateway.set_txt(&name, &["v=spf1 -all", &value]).unwrap();
}

/// `GET /shop` at a host.
async fn at(world: &World, host: &str) -> Answer {
    world.request(Method::GET, "/api/v1/storefront/shop").host(host).await
}

fn dns(world: &World, fault: Option<DnsFault>, delay_ms: u64) {
    let dns = DnsBehaviour { delay_ms, fault, times: None };
    world.gateway.set_behaviour(Behaviour { dns, ..Behaviour::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_asked_for_proved_used_and_leads_on_when_it_is_given_up() {
    let world = World::start().await;
    let moda = Registrant::of(&world, "moda").await;
    let port = world.addr().port();
    // Asked for: nothing is known of it anywhere.
    let added = moda.add(" Shop.Example. ").await.expect(201);
    assert_eq!(added.header("etag"), Some("\"1\""));
    let asked = added.data();
    assert_eq!((&asked["domain"], &asked["status"]), (&json!("shop.example"), &json!("pending")));
    assert_eq!(asked["proof"]["record_type"], "TXT");
    assert_eq!(asked["proof"]["record_name"], "_wasla-challenge.shop.example");
    at(&world, "shop.example").await.expect_problem(404, "tenant_not_found");
    let in_use = async || moda.shop.get("", &moda.owner).await.expect(200).data()["domains"].to_string();
    assert!(!in_use().await.contains("shop.example"));
    let origin = async || {
        let call = moda.shop.shop.get("/shop").header("origin", "https://shop.example").await;
        call.header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(origin().await, None);

    // Proved: it is the shop's.
    let missing = moda.verify(&asked).await.expect_problem(409, "domain_unproved");
    assert_eq!(missing.header("retry-after"), Some("60"));
    let told = &missing.json()["errors"][0];
    for field in ["record_type", "record_name", "record_value"] {
        assert_eq!(told[field], asked["proof"][field]);
    }
    publish(&world, &asked);
    let verified = moda.verify(&asked).await.expect(200).data();
    assert_eq!((&verified["status"], &verified["proof"]), (&json!("verified"), &Value::Null));
    assert!(verified["verified_at"].is_string() && verified["expires_at"].is_null(), "{verified}");
    assert_eq!(at(&world, "SHOP.example:8443").await.expect(200).data()["slug"], "moda");
    assert!(in_use().await.contains("shop.example"));
    tests::eventually(async || origin().await.as_deref() == Some("https://shop.example")).await;
    // Once more changes nothing, whatever the DNS says by now.
    dns(&world, Some(DnsFault::ServerFailure), 0);
    assert_eq!(moda.verify(&asked).await.expect(200).data()["version"], verified["version"]);
    dns(&world, None, 0);

    // Another becomes the primary one; the first one stays in use.
    let other = moda.have("azya.example").await;
    assert_eq!(moda.set(&other, true).await.expect(200).data()["is_primary"], true);
    assert_eq!(at(&world, "shop.example").await.expect(200).data()["slug"], "moda");
    let seeded = moda.list().await;
    assert_eq!(seeded[0], ("azya.example".to_owned(), "verified".to_owned()));
    let primaries = "select count(*) from app.tenant_domain d join app.tenant t on t.id = d.tenant_id where t.slug = 'moda' and d.is_primary";
    assert_eq!(world.count(primaries).await, 1);

    // Given up: it leads to the primary one, and to the slug's host when there is none.
    let gone = moda.remove(&verified).await.expect(200).data();
    assert!(gone["redirects_until"].is_string(), "{gone}");
    tests::eventually(async || at(&world, &format!("shop.example:{port}")).await.status == 308).await;
    for (method, path) in
        [(Method::GET, "/api/v1/storefront/products?limit=3&lang=en"), (Method::POST, "/api/v1/storefront/carts")]
    {
        let sent_on = world.request(method, path).host(&format!("Shop.Example.:{port}")).await.expect(308);
        assert_eq!(sent_on.header("location"), Some(&*format!("//azya.example:{port}{path}")));
        assert_eq!(sent_on.header("cache-control"), Some("no-store"));
    }
    let page = world.request(Method::GET, "/accounts/login").host("shop.example").await.expect(308);
    assert_eq!(page.header("location"), Some("//azya.example/accounts/login"));
    moda.set(&other, false).await.expect(200);
    let sent_on = at(&world, "shop.example").await.expect(308);
    assert_eq!(sent_on.header("location"), Some("//moda.localhost/api/v1/storefront/shop"));
    // Host and header must still agree on one shop, and the header alone does not meet a redirect.
    let both = world.request(Method::GET, "/api/v1/storefront/shop").host("shop.example").header("x-tenant", "moda");
    both.await.expect(200);
    // The end of it.
    moda.has_come("former_until").await;
    at(&world, "shop.example").await.expect_problem(404, "tenant_not_found");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_up_domain_is_asked_for_again_or_is_somebody_elses() {
    let world = World::start().await;
    let (moda, oud) = (Registrant::of(&world, "moda").await, Registrant::of(&world, "oud").await);
    let first = moda.have("shop.example").await;
    // In use, it is nobody else's to ask for, and whose it is is not told.
    let problem = oud.add("shop.example").await.expect_problem(409, "domain_taken");
    assert!(!problem.text().contains("moda") && problem.json()["errors"][0]["field"] == "domain", "{}", problem.text());
    moda.remove(&first).await.expect(200);
    tests::eventually(async || at(&world, "shop.example").await.status == 308).await;
    // Asked for again, with another token, it leads on until it is proved.
    let again = moda.add("shop.example").await.expect(201).data();
    assert_eq!(again["id"], first["id"]);
    moda.verify(&again).await.expect_problem(409, "domain_unproved");
    at(&world, "shop.example").await.expect(308);
    // Taken back, it leads on as before.
    moda.remove(&again).await.expect(200);
    assert!(moda.list().await.contains(&("shop.example".to_owned(), "former".to_owned())));
    moda.verify(&again).await.expect_problem(409, "domain_not_pending");
    moda.set(&again, true).await.expect_problem(409, "domain_unverified");
    at(&world, "shop.example").await.expect(308);
    // Somebody else proves it: from then on it is theirs alone.
    let theirs = oud.have("shop.example").await;
    assert_eq!(at(&world, "shop.example").await.expect(200).data()["slug"], "oud");
    moda.add("shop.example").await.expect_problem(409, "domain_taken");
    // They give it up, too: it leads to them, and then nowhere, and not to whoever had it before.
    oud.remove(&theirs).await.expect(200);
    tests::eventually(async || at(&world, "shop.example").await.status == 308).await;
    let sent_on = at(&world, "shop.example").await;
    assert_eq!(sent_on.header("location"), Some("//xn----zmcjr3c7cg2afu.example/api/v1/storefront/shop"));
    let ended = oud.remove(&theirs).await.expect(200).data();
    assert_eq!(ended["redirects_until"], Value::Null);
    oud.remove(&theirs).await.expect_problem(404, "domain_not_found");
    assert!(!oud.list().await.iter().any(|(name, _)| name == "shop.example"));
    at(&world, "shop.example").await.expect_problem(404, "tenant_not_found");
    moda.have("shop.example").await;
    tests::eventually(async || at(&world, "shop.example").await.status == 200).await;
    // And back to the one, whose row is still there.
    moda.remove(&first).await.expect(200);
    let back = oud.add("shop.example").await.expect(201).data();
    assert_eq!(back["id"], theirs["id"]);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_shop_keeps_its_names_until_its_rows_go() {
    let world = World::start().await;
    // A shop's trail goes with it.
    world.allow_untold_changes();
    let (moda, oud) = (Registrant::of(&world, "moda").await, Registrant::of(&world, "oud").await);
    oud.have("shop.example").await;
    at(&world, "shop.example").await.expect(200);
    oud.later("update app.tenant set deleted_at = now() where slug = 'oud'").await;
    tests::eventually(async || at(&world, "shop.example").await.status == 404).await;
    moda.add("shop.example").await.expect_problem(409, "domain_taken");
    oud.later(
        "update app.tenant set deleted_at = now() - app.tenant_retention() - interval '1 second' where slug = 'oud'",
    )
    .await;
    world.run_job("platform/purge").await;
    moda.have("shop.example").await;
    assert_eq!(at(&world, "shop.example").await.expect(200).data()["slug"], "moda");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_cannot_be_a_shops_own_are_refused() {
    let world = World::start().await;
    let moda = Registrant::of(&world, "moda").await;
    let (long, longer) = (format!("{}.example", "a.".repeat(120)), "a".repeat(5_000));
    for (domain, reason) in [
        ("", "required"),
        ("shop", "invalid"),
        ("127.0.0.1", "invalid"),
        ("[::1]", "invalid"),
        ("2130706433", "invalid"),
        ("shop.example:443", "invalid"),
        ("https://shop.example", "invalid"),
        ("shop.example/path", "invalid"),
        ("*.shop.example", "invalid"),
        ("_dmarc.shop.example", "invalid"),
        ("a b.example", "invalid"),
        ("localhost", "reserved"),
        ("moda.localhost", "reserved"),
        ("a.b.LOCALHOST.", "reserved"),
        (&long, "too_long"),
        (&longer, "too_long"),
    ] {
        let problem = moda.add(domain).await.expect_problem(422, "invalid_request").json();
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("domain"), &json!(reason)), "{domain:.40}");
    }
    let added = moda.add("قهوة.example").await.expect(201).data();
    assert_eq!(added["domain"], "xn--ogb3cpe.example");
    for same in ["xn--ogb3cpe.example", "قهوة.EXAMPLE."] {
        let problem = moda.add(same).await.expect_problem(409, "domain_exists").json();
        assert_eq!(problem["errors"][0]["field"], "domain");
    }
    // A platform's look at the shop, and a plain member's.
    let viewer = Door::staff(&world, "moda").employee("salem@moda.example", "viewer").await;
    moda.shop.get("/domains", &viewer).await.expect_problem(403, "forbidden");
    let before = moda.list().await.len();
    for n in before..20 {
        moda.add(&format!("a{n}.example")).await.expect(201);
    }
    let problem = moda.add("one-more.example").await.expect_problem(409, "domain_limit").json();
    assert_eq!(problem["errors"][0]["max"], 20);
    moda.remove(&added).await.expect(200);
    moda.add("one-more.example").await.expect(201);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_the_whole_token_of_the_very_asking() {
    let world = World::start().await;
    let (moda, oud) = (Registrant::of(&world, "moda").await, Registrant::of(&world, "oud").await);
    let asked = moda.add("shop.example").await.expect(201).data();
    let (name, value) = (text(&asked, "/proof/record_name"), text(&asked, "/proof/record_value"));
    let part = &value[..value.len() - 1];
    let longer = format!("{value}x");
    let upper = value.to_uppercase();
    for records in
        [&[][..], &[part], &[&longer], &[&upper], &["", "wasla-verification="], &[part, &value[part.len()..]]]
    {
        world.gateway.set_txt(&name, records).unwrap();
        moda.verify(&asked).await.expect_problem(409, "domain_unproved");
    }
    world.gateway.set_txt("shop.example", &[&value]).unwrap();
    moda.verify(&asked).await.expect_problem(409, "domain_unproved");
    // Another shop's token proves nothing for this one, nor does one that was replaced.
    let theirs = oud.add("shop.example").await.expect(201).data();
    publish(&world, &theirs);
    moda.verify(&asked).await.expect_problem(409, "domain_unproved");
    moda.remove(&asked).await.expect(200);
    let renewed = moda.add("shop.example").await.expect(201).data();
    publish(&world, &asked);
    moda.verify(&renewed).await.expect_problem(409, "domain_unproved");
    // Too late is no proof either; asked for again, the name has another token.
    moda.has_come("expires_at").await;
    publish(&world, &renewed);
    moda.verify(&renewed).await.expect_problem(409, "domain_expired");
    assert!(moda.list().await.contains(&("shop.example".to_owned(), "expired".to_owned())));
    let again = moda.add("shop.example").await.expect(201).data();
    assert_ne!(again["proof"], renewed["proof"]);
    // One record among several, and in several strings.
    let value = text(&again, "/proof/record_value");
    let (a, b) = value.split_at(9);
    let txt = vec![vec!["v=spf1 -all".to_owned()], vec![a.to_owned(), String::new(), b.to_owned()]];
    world.gateway.set_records(TxtRecords { name: name.to_uppercase(), txt }).unwrap();
    moda.verify(&again).await.expect(200);
    oud.verify(&theirs).await.expect_problem(409, "domain_unproved");
    publish(&world, &theirs);
    oud.verify(&theirs).await.expect_problem(409, "domain_taken");
    // What is not verified in time goes by itself; what still leads on stays.
    oud.has_come("expires_at").await;
    moda.remove(&again).await.expect(200);
    world.run_job("storefront/purge").await;
    assert!(!oud.list().await.iter().any(|(name, _)| name == "shop.example"));
    assert!(moda.list().await.contains(&("shop.example".to_owned(), "former".to_owned())));
    moda.has_come("former_until").await;
    world.run_job("storefront/purge").await;
    assert!(!moda.list().await.iter().any(|(name, _)| name == "shop.example"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolver_that_tells_nothing_changes_nothing() {
    let world = World::start().await;
    let moda = Registrant::of(&world, "moda").await;
    let asked = moda.add("shop.example").await.expect(201).data();
    publish(&world, &asked);
    for (fault, delay_ms) in [
        (Some(DnsFault::ServerFailure), 0),
        (Some(DnsFault::Truncated), 0),
        (Some(DnsFault::Garbage), 0),
        (Some(DnsFault::OtherName), 0),
        (Some(DnsFault::Drop), 0),
        (Some(DnsFault::Status(502)), 0),
        (Some(DnsFault::Status(302)), 0),
        (None, 20_000),
    ] {
        dns(&world, fault.clone(), delay_ms);
        let began = std::time::Instant::now();
        let answer = moda.verify(&asked).await.expect_problem(503, "dns_unavailable");
        assert_eq!(answer.header("retry-after"), Some("5"), "{fault:?}");
        assert!(began.elapsed().as_secs() < 5, "{fault:?}: {:?}", began.elapsed());
    }
    let after = moda.shop.get(&path(&asked), &moda.owner).await.expect(200).data();
    assert_eq!(after, asked);
    dns(&world, None, 300);
    moda.verify(&asked).await.expect(200);
    world.finish().await;
}

/// Whoever publishes for two shops at once: one of them gets the name.
#[tokio::test(flavor = "multi_thread")]
async fn two_shops_that_verify_one_name_at_once_do_not_both_get_it() {
    let world = World::start().await;
    let (moda, oud) = (Registrant::of(&world, "moda").await, Registrant::of(&world, "oud").await);
    for round in 0..5 {
        let name = format!("shop{round}.example");
        let (of_moda, of_oud) = (moda.add(&name).await.expect(201).data(), oud.add(&name).await.expect(201).data());
        let proofs = [&of_moda, &of_oud].map(|asked| text(asked, "/proof/record_value"));
        let record = text(&of_moda, "/proof/record_name");
        world.gateway.set_txt(&record, &[&proofs[0], &proofs[1]]).unwrap();
        let mut all = JoinSet::new();
        for at in 0..8 {
            let (whose, asked) = if at % 2 == 0 { (&moda, &of_moda) } else { (&oud, &of_oud) };
            let call = whose.verify(asked);
            all.spawn(async move { (at % 2, call.await) });
        }
        let mut winners = std::collections::BTreeSet::new();
        while let Some(done) = all.join_next().await {
            let (whose, answer) = done.unwrap();
            match answer.status {
                200 => drop(winners.insert(whose)),
                _ => drop(answer.expect_problem(409, "domain_taken")),
            }
        }
        assert_eq!(winners.len(), 1, "{name}");
        let verified =
            format!("select count(*) from app.tenant_domain where domain = '{name}' and status = 'verified'");
        assert_eq!(world.count(&verified).await, 1);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_at_once_leave_one_primary_domain_and_no_more_than_the_bound() {
    let world = World::start().await;
    let moda = Registrant::of(&world, "moda").await;
    let domains = [moda.have("one.example").await, moda.have("two.example").await, moda.have("three.example").await];
    let mut all = JoinSet::new();
    for at in 0..12 {
        let call = moda.set(&domains[at % 3], at % 4 != 3);
        all.spawn(async move { call.await.expect(200) });
        let call = moda.add(&format!("many{at}.example"));
        all.spawn(async move { call.await });
        let call = moda.add(&format!("more{at}.example"));
        all.spawn(async move { call.await });
    }
    while let Some(done) = all.join_next().await {
        assert!(matches!(done.unwrap().status, 200 | 201 | 409));
    }
    let of_moda = "from app.tenant_domain d join app.tenant t on t.id = d.tenant_id where t.slug = 'moda'";
    assert!(world.count(&format!("select count(*) {of_moda} and d.is_primary")).await <= 1);
    assert_eq!(world.count(&format!("select count(*) {of_moda}")).await, 20);
    // Nobody overwrites what they have not read.
    let tag = moda.shop.get(&path(&domains[0]), &moda.owner).await.header("etag").unwrap().to_owned();
    // One of the two changes it, whichever is the primary one.
    moda.set(&domains[0], true).await.expect(200);
    moda.set(&domains[0], false).await.expect(200);
    for late in [moda.set(&domains[0], true), moda.remove(&domains[0])] {
        late.header("if-match", &tag).await.expect_problem(412, "version_mismatch");
    }
    world.finish().await;
}
