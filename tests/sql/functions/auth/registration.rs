//! An account comes into being when its address is proved, and not before.

use serde_json::json;
use tests::Database;
use uuid::Uuid;

use super::{Caller, at_once, code, count, hash, successes};

#[tokio::test]
async fn an_address_that_is_not_proved_signs_nobody_in() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let (id, registered) = shopper.register("noura@example.com", "one").await;
    registered.unwrap();
    assert_eq!(shopper.find("noura@example.com", None).await.unwrap()["account"], json!(null));
    assert_eq!(count(&database, "select count(*) from identity.account where kind = 'customer'").await, 0);
    let verified = shopper.verify(id, "one").await.unwrap();
    assert_eq!(
        (verified["created"].clone(), verified["account"]["email_verified"].clone()),
        (json!(true), json!(true))
    );
    assert_eq!(shopper.find("noura@example.com", None).await.unwrap()["account"]["id"], json!(id));
    assert_eq!(code(shopper.verify(id, "one").await), "422 link_invalid");
}

#[tokio::test]
async fn a_known_and_an_unknown_address_get_the_same_answer() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.account("noura@example.com", "one").await;
    let mut answers = Vec::new();
    for address in ["noura@example.com", "nobody@example.com"] {
        let mut answer = shopper.register(address, "two").await.1.unwrap();
        assert!(answer["rate"].as_object_mut().unwrap().remove("remaining").is_some());
        answers.push(answer);
    }
    assert_eq!(answers[0], answers[1]);
    let told = "select count(*) from app.message where kind = 'already_registered' and recipient = 'noura@example.com'";
    assert_eq!(count(&database, told).await, 1);
    // Who registers somebody else's address has set nothing of it.
    let found = shopper.find("noura@example.com", None).await.unwrap();
    assert_eq!(found["account"]["password_hash"], "a slow and salted hash of one");
}

/// Five people claim one address; whoever reads its mail decides whose password it gets, and the other links are void.
#[tokio::test]
async fn of_several_registrations_of_an_address_one_becomes_an_account() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let mut ids = Vec::new();
    let passwords = ["one", "two", "three", "four", "five"];
    for password in passwords {
        ids.push(shopper.register("noura@example.com", password).await.0);
    }
    let outcomes = at_once(&database, &shopper, 5, async |caller, n| caller.verify(ids[n], passwords[n]).await).await;
    assert_eq!(successes(&outcomes), 1, "{outcomes:?}");
    for (id, password) in ids.into_iter().zip(passwords) {
        assert_eq!(code(shopper.verify(id, password).await), "422 link_invalid");
    }
    assert_eq!(count(&database, "select count(*) from identity.account where kind = 'customer'").await, 1);
}

/// A stranger registers with somebody's address and its owner follows the link: the stranger's password does not become the owner's.
#[tokio::test]
async fn the_link_of_a_registration_wants_its_password() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let (id, registered) = shopper.register("noura@example.com", "the stranger's").await;
    registered.unwrap();
    let without = json!({"purpose": "verify_email", "account_id": id, "secret_hash": hash(&format!("link {id}"))});
    for _ in 0..9 {
        let refusal = shopper.call("auth_verify", without.clone()).await.unwrap_err();
        assert_eq!(
            (refusal.code.as_str(), refusal.detail),
            ("422 invalid_request", json!({"field": "password", "code": "required"}))
        );
    }
    // That was no try; four wrong ones leave the fifth.
    for _ in 0..4 {
        let refusal = shopper.verify(id, "the owner's").await.unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.detail), ("401 invalid_credentials", json!({"field": "password"})));
    }
    assert_eq!(count(&database, "select count(*) from identity.account where kind = 'customer'").await, 0);
    let told = "select count(*) from audit.attempt where kind = 'verify_email' and outcome = 'failed' and reason = 'wrong_password'";
    assert_eq!(count(&database, told).await, 4);
    assert_eq!(shopper.verify(id, "the stranger's").await.unwrap()["created"], true);
}

#[tokio::test]
async fn five_wrong_passwords_are_the_end_of_a_link_even_at_once() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let (id, registered) = shopper.register("noura@example.com", "one").await;
    registered.unwrap();
    let outcomes =
        at_once(&database, &shopper, 20, async |caller, n| caller.verify(id, &format!("guess {n}")).await).await;
    let codes: Vec<_> = outcomes.into_iter().map(code).collect();
    assert_eq!(codes.iter().filter(|code| *code == "401 invalid_credentials").count(), 5, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| *code == "422 link_invalid").count(), 15, "{codes:?}");
    assert_eq!(code(shopper.verify(id, "one").await), "422 link_invalid");
    // Another person's link is not worn out by it, and a new registration has tries of its own.
    let (again, registered) = shopper.register("noura@example.com", "one").await;
    registered.unwrap();
    shopper.verify(again, "one").await.unwrap();
}

#[tokio::test]
async fn of_many_who_follow_one_link_at_once_one_makes_the_account() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let (id, registered) = shopper.register("noura@example.com", "one").await;
    registered.unwrap();
    let outcomes = at_once(&database, &shopper, 20, async |caller, _| caller.verify(id, "one").await).await;
    assert_eq!(successes(&outcomes), 1, "{outcomes:?}");
    assert_eq!(count(&database, "select count(*) from identity.account where kind = 'customer'").await, 1);
}

#[tokio::test]
async fn the_same_address_in_two_shops_is_two_people() {
    let database = Database::start().await;
    let (qahwa, moda) =
        (Caller::new(&database, "qahwa", "customer").await, Caller::new(&database, "moda", "customer").await);
    let here = qahwa.account("noura@example.com", "one").await;
    assert_eq!(moda.find("noura@example.com", None).await.unwrap()["account"], json!(null));
    let (there, registered) = moda.register("noura@example.com", "two").await;
    registered.unwrap();
    // A link of one shop is none of another's.
    assert_eq!(code(qahwa.verify(there, "two").await), "422 link_invalid");
    moda.verify(there, "two").await.unwrap();
    assert_ne!(here, there);
    assert_eq!(
        qahwa.find("noura@example.com", None).await.unwrap()["account"]["password_hash"],
        "a slow and salted hash of one"
    );
}

#[tokio::test]
async fn guest_orders_come_along_once_their_address_is_proved() {
    let database = Database::start().await;
    let order = "insert into app.sales_order (tenant_id, id, number, reservation_expires_at, cart_id, email, phone, customer_name, \
           shipping_address, shipping_method, currency, locale, tax_rate_bp, tax_included, subtotal_minor, shipping_minor, tax_minor, total_minor) \
         select t.id, $1, $3, now(), gen_random_uuid(), $2, '+966500000000', 'A', '{}', 's', 'SAR', 'ar', 0, true, 1, 0, 0, 1 \
         from app.tenant t where t.slug = $4";
    database.sql.batch_execute("set app.actor = 'guest'").await.unwrap();
    let mine = Uuid::now_v7();
    for (id, email, number, shop) in [
        (mine, "Noura@Example.com", "GUEST-1", "qahwa"),
        (Uuid::now_v7(), "noura@example.com.evil", "GUEST-2", "qahwa"),
        (Uuid::now_v7(), "noura@example.com", "GUEST-3", "moda"),
    ] {
        let tenant = "select set_config('app.tenant_id', id::text, false) from app.tenant where slug = $1";
        database.sql.execute(tenant, &[&shop]).await.unwrap();
        database.sql.execute(order, &[&id, &email, &number, &shop]).await.unwrap();
    }
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    let (id, registered) = shopper.register("noura@example.com", "one").await;
    registered.unwrap();
    assert_eq!(shopper.verify(id, "one").await.unwrap()["attached_orders"], 1);
    shopper.sign_in("noura@example.com").await;
    let orders = shopper.call("customer_orders", json!({"limit": 10})).await.unwrap();
    assert_eq!(orders["orders"].as_array().unwrap().len(), 1);
    assert_eq!(orders["orders"][0]["id"], json!(mine));
}

#[tokio::test]
async fn a_shop_may_ask_for_more_of_a_password() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    for (rules, refused) in [
        (r#"{"min_length": 21}"#, Some("min_length")),
        (r#"{"upper": true}"#, Some("upper")),
        (r#"{"min_length": 20, "lower": true, "upper": false}"#, None),
    ] {
        let update = "update app.tenant set password_rules = $1 where slug = 'qahwa'";
        database.sql.execute(update, &[&serde_json::from_str::<serde_json::Value>(rules).unwrap()]).await.unwrap();
        let outcome = shopper.register("noura@example.com", "one").await.1;
        let rule = outcome.err().map(|refusal| {
            assert_eq!(refusal.code, "422 password_too_weak");
            refusal.detail["rule"].as_str().unwrap().to_owned()
        });
        assert_eq!(rule.as_deref(), refused);
    }
}

/// Names and addresses are audited; what proves a person is not.
#[tokio::test]
async fn the_trail_holds_no_secret() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    let id = shopper.account("noura@example.com", "one").await;
    shopper.sign_in("noura@example.com").await;
    let enrol = json!({"totp_sealed": "sealed secret", "step": 1, "recovery_hashes": [hash("recovery")]});
    shopper.call("auth_totp_confirm", enrol).await.unwrap();
    let entries = "select count(distinct e.table_name) from audit.entry e where e.table_name in ('account', 'credential', 'session', 'device')";
    assert_eq!(count(&database, entries).await, 4);
    let fingerprint = hash(&format!("{id} one"));
    for secret in ["a slow and salted hash of one", "sealed secret", &hash("recovery"), &fingerprint, "token_sha256"] {
        let told = format!("select count(*) from audit.entry e where e::text like '%{secret}%'");
        assert_eq!(count(&database, &told).await, 0, "{secret}");
    }
}
