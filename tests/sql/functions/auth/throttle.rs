//! Guessing gets slower; the owner of an account does not.

use serde_json::{Value, json};
use tests::Database;

use super::{Caller, at_once, code, count, device, hash, successes};

fn wait_s(outcome: super::Outcome) -> i64 {
    let refusal = outcome.expect_err("it was not refused");
    assert_eq!(refusal.code, "429 too_many_attempts");
    refusal.detail["retry_after_s"].as_i64().unwrap()
}

/// What a stranger sees of an address: the same whether somebody has it.
#[tokio::test]
async fn the_delay_grows_and_tells_nothing() {
    let database = Database::start().await;
    let stranger = Caller::new(&database, "qahwa", "customer").await;
    stranger.account("noura@example.com", "one").await;
    for address in ["noura@example.com", "nobody@example.com"] {
        for delay in [0, 0, 0, 0, 2, 4, 8, 16] {
            if delay > 0 {
                let wait = wait_s(stranger.find(address, None).await);
                assert!(wait == delay || wait == delay - 1, "{wait} after {delay}");
                let later = "update identity.throttle set blocked_until = now() where bucket = 'pair'";
                database.sql.execute(later, &[]).await.unwrap();
            }
            stranger.find(address, None).await.unwrap();
        }
    }
    let longest = "update identity.throttle set count = 1000000, blocked_until = now() where bucket = 'pair'";
    database.sql.execute(longest, &[]).await.unwrap();
    stranger.find("noura@example.com", None).await.unwrap();
    assert_eq!(wait_s(stranger.find("noura@example.com", None).await), 900);
    let trail = "select count(*) from audit.attempt where outcome = 'throttled'";
    assert_eq!(count(&database, trail).await, 9);
}

/// The attempt is charged before the password is looked at.
#[tokio::test]
async fn guesses_in_parallel_count_too() {
    let database = Database::start().await;
    let stranger = Caller::new(&database, "qahwa", "customer").await;
    let found = at_once(&database, &stranger, 40, async |caller, _| caller.find("noura@example.com", None).await).await;
    assert_eq!(successes(&found), 4);
}

#[tokio::test]
async fn a_right_password_takes_its_own_charge_back() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.account("noura@example.com", "one").await;
    for _ in 0..3 {
        for _ in 0..3 {
            shopper.find("noura@example.com", None).await.unwrap();
        }
        shopper.sign_in("noura@example.com").await;
    }
    let left = "select count(*) from identity.throttle where bucket = 'pair'";
    assert_eq!(count(&database, left).await, 0);
    // The account's own count keeps what strangers did.
    let charged = "select count::bigint from identity.throttle where bucket = 'account'";
    assert_eq!(count(&database, charged).await, 9);
}

/// An attacker with 1,000 addresses does not keep the owner, on a known device, from signing in (issue 3, proof 8).
#[tokio::test]
async fn a_known_device_is_not_hit_by_strangers() {
    let database = Database::start().await;
    let mut owner = Caller::new(&database, "qahwa", "customer").await;
    owner.account("noura@example.com", "one").await;
    let first = device(None);
    let answer = owner.sign_in_with("noura@example.com", &first, None).await.unwrap();
    assert_eq!(answer["device_known"], false);
    let token = format!("device {}", first["id"].as_str().unwrap());
    let mut stranger = owner.again(&database).await;
    let mut ceiling = 0;
    for network in 0..1000 {
        stranger.network = format!("198.51.{}.{}/32", network / 250, network % 250);
        if stranger.find("noura@example.com", None).await.unwrap()["ceiling"] == json!(true) {
            ceiling += 1;
        }
    }
    assert_eq!(ceiling, 900, "the first hundred are below the ceiling");
    // Not even from the network that the attack comes from, in a shop that is over its limit.
    owner.network = stranger.network.clone();
    let busy = "update identity.throttle set count = 100000 where bucket in ('network', 'tenant')";
    database.sql.execute(busy, &[]).await.unwrap();
    let found = owner.find("noura@example.com", Some(&token)).await.unwrap();
    assert_eq!((found["known_device"].clone(), found["ceiling"].clone()), (json!(true), json!(false)));
    let again = owner.sign_in_with("noura@example.com", &device(Some(&token)), None).await.unwrap();
    assert_eq!(again["device_known"], true);
    assert!(wait_s(stranger.find("noura@example.com", None).await) > 0);
    // The token of another account's device is a stranger's.
    database.sql.execute("delete from identity.throttle", &[]).await.unwrap();
    owner.account("other@example.com", "one").await;
    assert_eq!(owner.find("other@example.com", Some(&token)).await.unwrap()["known_device"], false);
}

#[tokio::test]
async fn networks_and_tenants_have_their_share_a_minute() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let find = async |address: String, limits: [i32; 2]| {
        let mut all = Caller::limits();
        all["network_per_minute"] = json!(limits[0]);
        all["tenant_per_minute"] = json!(limits[1]);
        let input = json!({"email": address, "identifier_hash": hash(&address), "limits": all});
        shopper.call("auth_find", input).await
    };
    for n in 0..5 {
        let rate = find(format!("{n}@example.com"), [5, 100]).await.unwrap()["rate"].clone();
        assert_eq!((rate["limit"].clone(), rate["remaining"].clone()), (json!(5), json!(4 - n)));
    }
    let refusal = find("6@example.com".to_owned(), [5, 100]).await.unwrap_err();
    assert_eq!(refusal.detail["remaining"], 0);
    assert!(refusal.detail["reset_s"].as_i64().unwrap() <= 60);
    assert_eq!(code(find("7@example.com".to_owned(), [100, 5]).await), "429 too_many_attempts");
    let passed = "update identity.throttle set window_started_at = now() - interval '61 seconds'";
    database.sql.execute(passed, &[]).await.unwrap();
    find("8@example.com".to_owned(), [5, 100]).await.unwrap();
}

#[tokio::test]
async fn an_address_gets_so_many_messages_an_hour() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let forgot = async |limits: &Value| {
        let input = json!({"email": "noura@example.com", "identifier_hash": hash("noura@example.com"), "limits": limits,
            "challenge": {"id": uuid::Uuid::now_v7(), "secret_hash": hash(&uuid::Uuid::now_v7().to_string()), "ttl_s": 900},
            "message": super::message("reset")});
        shopper.call("auth_forgot", input).await
    };
    let mut limits = Caller::limits();
    limits["sends_per_hour"] = json!(3);
    for _ in 0..3 {
        forgot(&limits).await.unwrap();
    }
    assert!(wait_s(forgot(&limits).await) > 3500);
    database.sql.execute("delete from identity.throttle", &[]).await.unwrap();
    limits["send_gap_s"] = json!(30);
    forgot(&limits).await.unwrap();
    assert_eq!(wait_s(forgot(&limits).await), 30);
}
