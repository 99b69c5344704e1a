//! Logout, suspension and another role count at once while the shop is busy (issue 3, proof 4): no request that starts after the answer
//! is accepted, and nobody else's is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::Method;
use serde_json::json;
use tests::{Answer, Call, World};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::{Door, PASSWORD, Person};

/// Between two requests of the load: 500 a second.
const PACE: Duration = Duration::from_millis(2);
/// Requests on their way at most. A machine that cannot keep the pace is asked less often instead of being buried.
const IN_FLIGHT_MAX: usize = 64;
/// Between two revocations.
const CALM: Duration = Duration::from_millis(600);
/// Requests of each person that must have started after the last revocation's answer.
const AFTERWARDS: usize = 60;
/// The load ends here even if it never got so far; the test fails then.
const PATIENCE: Duration = Duration::from_secs(60);

/// One request of the load.
struct Shot {
    target: usize,
    start: Instant,
    end: Instant,
    status: u16,
    code: String,
}

/// Sends requests to targets in turn, at a pace that does not wait for the answers.
struct Load {
    started: Arc<Vec<AtomicUsize>>,
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<Vec<Shot>>,
}

impl Load {
    fn start(targets: Vec<Call>) -> Self {
        let started: Arc<Vec<_>> = Arc::new(targets.iter().map(|_| AtomicUsize::new(0)).collect());
        let stop = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(shoot(targets, Arc::clone(&started), Arc::clone(&stop)));
        Self { started, stop, task }
    }

    fn counts(&self) -> Vec<usize> {
        self.started.iter().map(|count| count.load(Ordering::SeqCst)).collect()
    }

    /// Waits until every target was asked this many times more.
    async fn go_on(&self, more: usize) {
        let (before, since) = (self.counts(), Instant::now());
        while self.counts().iter().zip(&before).any(|(now, before)| now - before < more) {
            assert!(since.elapsed() < PATIENCE, "the load stands still: {before:?}, now {:?}", self.counts());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn end(self) -> Vec<Shot> {
        self.stop.store(true, Ordering::SeqCst);
        self.task.await.unwrap()
    }
}

async fn shoot(targets: Vec<Call>, started: Arc<Vec<AtomicUsize>>, stop: Arc<AtomicBool>) -> Vec<Shot> {
    let room = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
    let mut pace = tokio::time::interval(PACE);
    // After a pause the missed ones follow in a burst, up to what may be on its way.
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut shots = JoinSet::new();
    for target in (0..targets.len()).cycle() {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        pace.tick().await;
        let permit = Arc::clone(&room).acquire_owned().await.unwrap();
        let (call, started) = (targets[target].clone(), Arc::clone(&started));
        shots.spawn(async move {
            let start = Instant::now();
            started[target].fetch_add(1, Ordering::SeqCst);
            let answer: Answer = call.await;
            let end = Instant::now();
            drop(permit);
            Shot { target, start, end, status: answer.status, code: answer.code() }
        });
    }
    shots.join_all().await
}

/// What is read again and again, and when its reader was thrown out.
struct Target {
    name: &'static str,
    call: Call,
    /// When the revoking request was sent, and when its answer was there.
    revoked: Option<(Instant, Instant)>,
}

impl Target {
    fn new(name: &'static str, person: &Person, call: Call) -> Self {
        Self { name, call: person.sign(call), revoked: None }
    }
}

/// Everything that a target's requests did wrong, and how many of them prove something.
fn judge(target: &Target, shots: &[&Shot]) -> (Vec<String>, usize) {
    let accepted = |shot: &Shot| shot.status == 200;
    let refused = |shot: &Shot| shot.status == 401 && shot.code == "session_ended";
    let (mut wrong, mut telling) = (Vec::new(), 0);
    for shot in shots {
        let (expected, right) = match target.revoked {
            None => ("accepted", accepted(shot)),
            Some((sent, _)) if shot.end < sent => ("accepted", accepted(shot)),
            Some((_, answered)) if shot.start > answered => {
                telling += 1;
                ("refused", refused(shot))
            }
            Some(_) => ("accepted or refused", accepted(shot) || refused(shot)),
        };
        if !right {
            let after = target.revoked.map(|(_, answered)| shot.start.saturating_duration_since(answered));
            wrong.push(format!("{}: {} {}, not {expected}, {after:?} after", target.name, shot.status, shot.code));
        }
    }
    (wrong, telling)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs alone, after the others: it takes the whole machine"]
async fn nobody_passes_after_the_answer_that_threw_them_out() {
    let world = World::start().await;
    let (staff, customers) = (Door::staff(&world, "qahwa"), Door::customers(&world, "qahwa"));
    let owner = staff.employee("owner@example.com", "owner").await;
    let names = ["out", "stays", "suspended", "demoted", "promoted"];
    let emails = names.map(|name| format!("{name}@example.com"));
    let mut people = Vec::new();
    for email in &emails {
        people.push(staff.employee(email, "manager").await);
    }
    let [out, stays, suspended, demoted, promoted] = people.try_into().unwrap();
    // Somebody with two sessions, of which one ends.
    let elsewhere = Person::read(staff.login(&emails[0], PASSWORD).await);
    let left = customers.customer("+966500000081").await;
    let barred = customers.customer("+966500000082").await;
    let shopper = customers.customer("+966500000083").await;

    let me = || staff.request(Method::GET, "/me");
    let sessions = || customers.request(Method::GET, "/sessions");
    // The storefront is another component, with a memory of its own.
    let orders = || world.shop("qahwa").get("/me/orders");
    let mut targets = vec![
        Target::new("signed out", &out, me()),
        Target::new("suspended", &suspended, me()),
        Target::new("demoted", &demoted, me()),
        Target::new("promoted", &promoted, staff.request(Method::GET, "/sessions")),
        Target::new("customer signed out", &left, sessions()),
        Target::new("customer suspended", &barred, sessions()),
        Target::new("customer signed out, at the storefront", &left, orders()),
        Target::new("customer suspended, at the storefront", &barred, orders()),
        Target::new("the other session", &elsewhere, me()),
        Target::new("a colleague", &stays, me()),
        Target::new("the owner", &owner, me()),
        Target::new("another customer", &shopper, orders()),
    ];
    let shop = Door::tenant(&world, "qahwa");
    let member = |person: &Person, patch| shop.patch(&format!("/members/{}", person.id), &owner, &patch);
    let revocations = [
        (vec![0], out.sign(staff.request(Method::POST, "/logout"))),
        (vec![1], member(&suspended, json!({"status": "suspended"}))),
        (vec![2], member(&demoted, json!({"role": "viewer"}))),
        (vec![4, 6], left.sign(customers.request(Method::POST, "/logout"))),
        (vec![5, 7], staff.patch(&format!("/customers/{}", barred.id), &owner, &json!({"status": "suspended"}))),
        (vec![3], member(&promoted, json!({"role": "owner"}))),
    ];

    let begin = Instant::now();
    let load = Load::start(targets.iter().map(|target| target.call.clone()).collect());
    for (hit, revoke) in revocations {
        tokio::time::sleep(CALM).await;
        // Everybody was let in at least once since the last one.
        load.go_on(1).await;
        let sent = Instant::now();
        revoke.await.expect(200);
        let answered = Instant::now();
        for index in hit {
            targets[index].revoked = Some((sent, answered));
        }
    }
    load.go_on(AFTERWARDS).await;
    let took = begin.elapsed();
    let shots = load.end().await;

    let mut wrong = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        let own: Vec<&Shot> = shots.iter().filter(|shot| shot.target == index).collect();
        let (mut faults, telling) = judge(target, &own);
        wrong.append(&mut faults);
        let least = if target.revoked.is_some() { AFTERWARDS } else { 0 };
        assert!(telling >= least, "only {telling} requests of {} started afterwards", target.name);
        println!("{:38} {:4} requests, {telling:4} of them after the revocation", target.name, own.len());
    }
    let rate = shots.len() as f64 / took.as_secs_f64();
    println!("{} requests in {:.1} s: {rate:.0} a second", shots.len(), took.as_secs_f64());
    assert!(wrong.is_empty(), "{} of {} requests:\n{}", wrong.len(), shots.len(), wrong.join("\n"));

    // Another role ends the token alone: the session brings a new one.
    let demoted = Person::read(staff.refresh(&demoted.refresh).await);
    assert_eq!(staff.get("/me", &demoted).await.expect(200).data()["role"], "viewer");
    for (door, person) in [(staff, &out), (staff, &suspended), (customers, &left), (customers, &barred)] {
        door.refresh(&person.refresh).await.expect_problem(401, "session_ended");
    }
    world.finish().await;
}
