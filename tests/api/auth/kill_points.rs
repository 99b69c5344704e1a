//! Every host call of a sign-in, a refresh, a logout, a reset, a code and a link is a place where the component can die, or be told
//! that the call failed. Whatever the place: the whole effect or none, with its audit trail; nobody else notices; and the client's
//! retry succeeds, or is told plainly that it had succeeded before.

use std::cell::Cell;

use host::Action;
use serde_json::{Value, json};
use tests::{Answer, Call, Probe, Shop, World, uuid};

use super::steps::{self, PASSWORD, access, bearer, customer, login, me, post};
use super::{Door, Person, oauth, text};
use crate::api::kill_points::at_every_call;

const SARA: &str = "sara@example.com";
const ACTIONS: [Action; 2] = [Action::Kill, Action::Fail];
/// Fewest host calls of any of these requests: it gets a connection and makes its statement.
const CALLS_MIN: u32 = 2;

/// What must be nowhere, whatever died: what it is, and how many there are.
const HALVES: [(&str, &str); 7] = [
    (
        "a session without its audit entry",
        "select count(*) from app.session s where not exists (select from audit.entry e where e.tenant_id = s.tenant_id \
           and e.table_name = 'session' and e.action = 'insert' and e.row_id = s.id::text)",
    ),
    (
        "a session without the attempt that opened it",
        "select count(*) from app.session s where not exists (select from audit.attempt a where a.tenant_id = s.tenant_id \
           and a.session_id = s.id and a.account_id = s.account_id and a.outcome = 'succeeded')",
    ),
    (
        "an ended session without its audit entry",
        "select count(*) from app.session s where s.ended_at is not null and not exists (select from audit.entry e \
           where e.tenant_id = s.tenant_id and e.table_name = 'session' and e.action = 'update' and e.row_id = s.id::text \
             and e.after ->> 'ended_at' is not null)",
    ),
    (
        "a session without a first refresh token, or with two",
        "select count(*) from app.session s where 1 <> (select count(*) from app.refresh_token r \
           where r.tenant_id = s.tenant_id and r.session_id = s.id and r.parent_hash is null)",
    ),
    (
        "a used refresh token without its child, or a child of an unused one",
        "select count(*) from app.refresh_token p where (select count(*) from app.refresh_token c \
           where c.tenant_id = p.tenant_id and c.parent_hash = p.hash) <> (p.used_at is not null)::int",
    ),
    (
        "a customer without a proved address",
        "select count(*) from identity.account a where a.kind = 'customer' \
           and a.email_verified_at is null and a.phone_verified_at is null",
    ),
    (
        "an account without a credential",
        "select count(*) from identity.account a where a.kind = 'customer' and not exists (select from identity.credential c \
           where c.realm_id = a.realm_id and c.id = a.id)",
    ),
];

/// People who do something else meanwhile: one at the same shop, one at another.
struct Bystanders<'w> {
    world: &'w World,
    people: [(Door<'w>, Person); 2],
}

impl<'w> Bystanders<'w> {
    async fn of(world: &'w World) -> Self {
        let doors = [Door::customers(world, "qahwa"), Door::customers(world, "moda")];
        let [here, there] = doors;
        let people = [(here, here.customer("+966500000801").await), (there, there.customer("+966500000802").await)];
        Self { world, people }
    }

    /// There are no halves of anything, and nobody else was touched.
    async fn check(&self, place: &str, answer: &Result<Answer, String>, allowed: &[u16]) {
        for (what, query) in HALVES {
            assert_eq!(self.world.count(query).await, 0, "{place}: {what}");
        }
        for (door, person) in &self.people {
            let listed = door.get("/sessions", person).await.expect(200).data();
            let ids: Vec<_> = listed.as_array().unwrap().iter().map(|session| text(session, "/id")).collect();
            assert_eq!(ids, std::slice::from_ref(&person.session), "{place}");
        }
        if let Ok(answer) = answer {
            assert!(allowed.contains(&answer.status), "{place}: {} {}", answer.status, answer.text());
        }
        let_waits_pass(self.world).await;
    }
}

/// Lets the waits after failures and between letters pass, and the hour in which an address gets only so many.
async fn let_waits_pass(world: &World) {
    world.sql.execute("delete from identity.throttle", &[]).await.unwrap();
}

fn succeeded(answer: &Result<Answer, String>) -> bool {
    answer.as_ref().is_ok_and(Answer::is_success)
}

/// Whether the one thing that this query counts is there.
async fn is_there(world: &World, place: &str, query: &str) -> bool {
    let count = world.count(query).await;
    assert!(count <= 1, "{place}: {count} of {query}");
    count == 1
}

/// A number that was not given before.
fn next(counter: &Cell<u32>) -> u32 {
    counter.replace(counter.get() + 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_opens_a_whole_session_or_none() {
    let probe = Probe::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let (shop, others): (Shop<'_>, _) = (world.shop("qahwa"), Bystanders::of(&world).await);
    steps::register(&shop, SARA).await;
    let sessions = "select count(*) from app.session s join identity.account a on a.id = s.account_id where a.email = 'sara@example.com'";
    at_every_call(
        &probe,
        &ACTIONS,
        CALLS_MIN,
        async |_| {
            let call = post(&shop, "/login", &json!({"email": SARA, "password": PASSWORD}));
            (call, world.count(sessions).await)
        },
        async |place, call, before, answer| {
            others.check(&place, &answer, &[200, 500, 503]).await;
            let opened = world.count(sessions).await - before;
            assert!((0..=1).contains(&opened), "{place}");
            assert!(!succeeded(&answer) || opened == 1, "{place}");
            let session = call.await.expect(200).data();
            me(&shop, access(&session)).await.expect(200);
            assert_eq!(world.count(sessions).await - before, opened + 1, "{place}");
        },
    )
    .await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_has_one_child_or_none_and_its_retry_gets_the_same() {
    let probe = Probe::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let (shop, others) = (world.shop("qahwa"), Bystanders::of(&world).await);
    steps::register(&shop, SARA).await;
    let refresh = |session: &Value| post(&shop, "/refresh", &json!({"refresh_token": session["refresh_token"]}));
    at_every_call(
        &probe,
        &ACTIONS,
        CALLS_MIN,
        async |_| {
            let session = login(&shop, SARA, PASSWORD).await.expect(200).data();
            (refresh(&session), session)
        },
        async |place, call, session, answer| {
            others.check(&place, &answer, &[200, 500, 503]).await;
            let children = format!(
                "select count(*) from app.refresh_token where parent_hash is not null and session_id = '{}'",
                uuid(&text(&session, "/session_id"))
            );
            let born = is_there(&world, &place, &children).await;
            assert!(!succeeded(&answer) || born, "{place}");
            let child = call.await.expect(200).data();
            assert!(is_there(&world, &place, &children).await, "{place}");
            if let Some(first) = answer.ok().filter(Answer::is_success) {
                assert_eq!(first.data()["refresh_token"], child["refresh_token"], "{place}");
            }
            me(&shop, access(&child)).await.expect(200);
            refresh(&child).await.expect(200);
        },
    )
    .await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_that_was_answered_is_one() {
    let probe = Probe::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let (shop, others) = (world.shop("qahwa"), Bystanders::of(&world).await);
    steps::register(&shop, SARA).await;
    at_every_call(
        &probe,
        &ACTIONS,
        CALLS_MIN,
        async |_| {
            let session = login(&shop, SARA, PASSWORD).await.expect(200).data();
            (bearer(post(&shop, "/logout", &json!({})), access(&session)), session)
        },
        async |place, call, session, answer| {
            others.check(&place, &answer, &[200, 500, 503]).await;
            let ended = format!(
                "select count(*) from app.session where ended_at is not null and id = '{}'",
                uuid(&text(&session, "/session_id"))
            );
            let over = is_there(&world, &place, &ended).await;
            assert!(!succeeded(&answer) || over, "{place}: signed out, and the session lives");
            if over {
                me(&shop, access(&session)).await.expect_problem(401, "session_ended");
            }
            call.await.expect(200);
            assert!(is_there(&world, &place, &ended).await, "{place}");
            me(&shop, access(&session)).await.expect_problem(401, "session_ended");
            let refresh = post(&shop, "/refresh", &json!({"refresh_token": session["refresh_token"]}));
            refresh.await.expect_problem(401, "session_ended");
        },
    )
    .await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_sets_the_password_uses_the_link_and_ends_the_sessions_or_does_nothing() {
    let probe = Probe::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let (shop, others) = (world.shop("qahwa"), Bystanders::of(&world).await);
    let first = customer(&shop, SARA).await;
    let account = uuid(&text(&first, "/account/id"));
    let open = format!("select count(*) from app.session where ended_at is null and account_id = '{account}'");
    let counter = Cell::new(0);
    at_every_call(
        &probe,
        &ACTIONS,
        CALLS_MIN,
        async |_| {
            let_waits_pass(&world).await;
            // The notice of the reset before is a letter too.
            world.mailbox().deliver().await;
            world.mailbox().clear();
            let letter = steps::reset_link(&shop, SARA).await;
            let password = format!("a new lamp in every room {}", next(&counter));
            let call = post(&shop, "/password/reset", &json!({"token": letter.token(), "password": password}));
            (call, (password, hash_of(&world, account).await, world.count(&open).await))
        },
        async |place, call: Call, (password, before, sessions), answer| {
            others.check(&place, &answer, &[200, 500, 503]).await;
            let set = hash_of(&world, account).await != before;
            assert!(!succeeded(&answer) || set, "{place}");
            assert!(sessions > 0, "{place}: there is a session to end");
            assert_eq!(world.count(&open).await, if set { 0 } else { sessions }, "{place}: set {set}");
            let retried = call.await;
            match set {
                true => _ = retried.expect_problem(422, "link_invalid"),
                false => _ = retried.expect(200),
            }
            let_waits_pass(&world).await;
            login(&shop, SARA, &password).await.expect(200);
        },
    )
    .await;
    world.finish().await;
}

async fn hash_of(world: &World, account: uuid::Uuid) -> String {
    let query = "select password_hash from identity.credential where id = $1";
    world.sql.query_one(query, &[&account]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_code_makes_an_account_with_its_session_or_neither() {
    let probe = Probe::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let (door, others) = (Door::customers(&world, "qahwa"), Bystanders::of(&world).await);
    let counter = Cell::new(0);
    at_every_call(
        &probe,
        &ACTIONS,
        CALLS_MIN,
        async |_| {
            let phone = format!("+9665100{:05}", next(&counter));
            let (challenge_id, code) = door.code(&phone).await;
            (door.post("/otp/verify", &json!({"challenge_id": challenge_id, "code": code})), phone)
        },
        async |place, call, phone, answer| {
            others.check(&place, &answer, &[200, 500, 503]).await;
            let accounts = format!("select count(*) from identity.account where phone = '{phone}'");
            let sessions = format!(
                "select count(*) from app.session s join identity.account a on a.id = s.account_id where a.phone = '{phone}'"
            );
            let made = is_there(&world, &place, &accounts).await;
            assert_eq!(is_there(&world, &place, &sessions).await, made, "{place}");
            assert!(!succeeded(&answer) || made, "{place}");
            let retried = call.await;
            match made {
                true => {
                    retried.expect_problem(401, "invalid_code");
                    let_waits_pass(&world).await;
                    door.customer(&phone).await;
                }
                false => _ = Person::read(retried),
            }
            assert!(is_there(&world, &place, &accounts).await, "{place}");
        },
    )
    .await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proved_address_makes_an_account_with_its_password_or_neither() {
    let probe = Probe::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let (shop, others) = (world.shop("qahwa"), Bystanders::of(&world).await);
    let counter = Cell::new(0);
    at_every_call(
        &probe,
        &ACTIONS,
        CALLS_MIN,
        async |_| {
            let email = format!("sara{}@example.com", next(&counter));
            post(&shop, "/register", &steps::registration(&email)).await.expect(202);
            let letter = world.mailbox().latest(&email).await;
            (post(&shop, "/verify-email", &steps::proof(&letter)), email)
        },
        async |place, call, email, answer| {
            others.check(&place, &answer, &[200, 500, 503]).await;
            let accounts = format!(
                "select count(*) from identity.account where email = '{email}' and email_verified_at is not null"
            );
            let passwords = format!(
                "select count(*) from identity.account a join identity.credential c on c.realm_id = a.realm_id and c.id = a.id \
                 where a.email = '{email}' and c.password_hash is not null"
            );
            let made = is_there(&world, &place, &accounts).await;
            assert_eq!(is_there(&world, &place, &passwords).await, made, "{place}");
            assert!(!succeeded(&answer) || made, "{place}");
            let retried = call.await;
            match made {
                true => _ = retried.expect_problem(422, "link_invalid"),
                false => _ = retried.expect(200),
            }
            login(&shop, &email, PASSWORD).await.expect(200);
        },
    )
    .await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_from_a_provider_makes_an_account_with_link_and_session_or_nothing() {
    let probe = Probe::new();
    let stand = oauth::Stand::of(oauth::Stand::builder().seam(probe.clone())).await;
    let world = &stand.world;
    let (door, others) = (Door::customers(world, "qahwa"), Bystanders::of(world).await);
    let retries = Cell::new((0, 0));
    let sessions = "select count(*) from app.session where 'oauth:test' = any (methods)";
    let account = "select count(*) from identity.account where email = 'sara@example.com'";
    let linked = "select count(*) from identity.external_identity x join identity.account a on a.realm_id = x.realm_id and a.id = x.account_id \
        where a.email = 'sara@example.com' and x.subject = 'sara'";
    at_every_call(
        &probe,
        &ACTIONS,
        CALLS_MIN,
        async |_| {
            // Each time the first one again.
            let forget = "update identity.account set deleted_at = now(), email = null, phone = '+966500000899' where email = 'sara@example.com'; \
                delete from identity.external_identity";
            world.sql.batch_execute(&format!("set app.tenant_id = '{}'; {forget}", tenant_of(world).await)).await.unwrap();
            let begun = oauth::begin(door, "").await;
            let callback = stand.provider.sign_in(&begun.location, "sara").await;
            (oauth::callback_call(door, &callback, &begun.cookie), world.count(sessions).await)
        },
        async |place, call, before, answer| {
            others.check(&place, &answer, &[200, 500, 502, 503]).await;
            let made = is_there(world, &place, account).await;
            assert_eq!(is_there(world, &place, linked).await, made, "{place}");
            assert_eq!(world.count(sessions).await - before, i64::from(made), "{place}");
            assert!(!succeeded(&answer) || made, "{place}");
            // The provider takes its code once: whoever was struck after that begins again.
            let retried = call.await;
            retries.set((retries.get().0 + u32::from(retried.status == 200), retries.get().1 + 1));
            if retried.status != 200 {
                retried.expect_problem(401, "state_invalid");
                let begun = oauth::begin(door, "").await;
                let callback = stand.provider.sign_in(&begun.location, "sara").await;
                Person::read(oauth::callback_call(door, &callback, &begun.cookie).await);
            }
            assert!(is_there(world, &place, account).await && is_there(world, &place, linked).await, "{place}");
        },
    )
    .await;
    let (went_on, all) = retries.get();
    assert!(went_on > 0 && went_on < all, "{went_on} of {all} retries went on with the same code");
    stand.world.finish().await;
}

async fn tenant_of(world: &World) -> uuid::Uuid {
    world.sql.query_one("select id from app.tenant where slug = 'qahwa'", &[]).await.unwrap().get(0)
}
