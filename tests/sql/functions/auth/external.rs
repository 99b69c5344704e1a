//! Sign-in with others: one person is one account, however many requests say so at once.

use serde_json::{Value, json};
use tests::Database;
use uuid::Uuid;

use super::{Caller, at_once, code, count, device, hash, message, seed_staff, session, successes};

/// A provider of `qahwa`'s customers and one of the staff.
async fn set_providers(database: &Database) {
    for slug in [json!("qahwa"), Value::Null] {
        let mut row = json!({"name": "id", "title": "Id", "flow": "token", "issuer": "https://id.example", "jwks_url": "https://id.example/jwks",
            "authorized_parties": ["https://shop.example"], "proves_email": "claimed"});
        if slug.is_string() {
            row["slug"] = slug;
        }
        database.sql.execute("select ops.set_provider($1)", &[&row]).await.unwrap();
    }
}

/// What a provider says of somebody; each call draws its own ids, as each request does.
fn says(subject: &str, email: Option<&str>, unproved: Option<&str>) -> Value {
    let challenge = Uuid::now_v7();
    json!({
        "provider": "id", "link": {"id": Uuid::now_v7(), "subject": subject, "email": email.or(unproved)}, "email": email, "unproved_email": unproved,
        "person": {"id": Uuid::now_v7(), "given_name": "Sara", "family_name": "", "locale": "ar"},
        "identifier_hash": hash(email.or(unproved).unwrap_or_default()),
        "challenge": {"id": challenge, "code_hash": hash(&challenge.to_string()), "ttl_s": 600}, "message": message("sign_in"),
        "session": session(), "device": device(None), "cart": null, "notice": message("new_device"), "next": {"id": Uuid::now_v7(), "ttl_s": 300},
    })
}

fn told(subject: &str, email: Option<&str>, at: &str, changes: &Value) -> Value {
    let mut input = json!({
        "provider": "id", "link": {"id": Uuid::now_v7(), "subject": subject, "email": email}, "email": email, "told_at": at, "gone": false, "barred": false,
        "person": {"id": Uuid::now_v7(), "given_name": "Sara", "family_name": "Ali", "locale": "ar"},
    });
    input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn a_person_who_comes_twenty_times_at_once_is_one_account() {
    let database = Database::start().await;
    set_providers(&database).await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let outcomes = at_once(&database, &shopper, 20, async |caller, n| {
        // Half of them by the provider's word, half by its webhook, each with other news.
        if n % 2 == 0 {
            return caller.call("auth_external_sign_in", says("u-1", Some("sara@example.com"), None)).await;
        }
        let mut news = told("u-1", Some("sara@example.com"), &format!("2026-01-01T00:00:{n:02}Z"), &json!({}));
        news["person"]["given_name"] = json!(format!("Sara {n}"));
        caller.call("auth_external_sync", news).await
    })
    .await;
    assert_eq!(successes(&outcomes), 20, "{outcomes:?}");
    let newest = "select count(*) from identity.account a join identity.external_identity x on x.account_id = a.id \
        where a.given_name = 'Sara 19' and x.synced_at = '2026-01-01T00:00:19Z'";
    assert_eq!(count(&database, newest).await, 1, "the newest stands, whatever came last");
    for (what, query) in [
        ("account", "select count(*) from identity.account where kind = 'customer'"),
        (
            "credential",
            "select count(*) from identity.credential x join identity.account a on a.realm_id = x.realm_id and a.id = x.id where a.kind = 'customer'",
        ),
        ("link", "select count(*) from identity.external_identity"),
    ] {
        assert_eq!(count(&database, query).await, 1, "{what}");
    }
    let orphans = "select count(*) from app.session s where not exists (select from audit.attempt a where a.tenant_id = s.tenant_id \
        and a.session_id = s.id and a.kind = 'oauth:id' and a.outcome = 'succeeded')";
    assert_eq!(count(&database, orphans).await, 0);
    assert_eq!(count(&database, "select count(*) from app.session").await, 10);
}

#[tokio::test]
async fn who_is_gone_or_barred_has_no_session_however_many_began_at_once() {
    let database = Database::start().await;
    set_providers(&database).await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    for (subject, change) in [("u-1", json!({"gone": true})), ("u-2", json!({"barred": true}))] {
        let email = format!("{subject}@example.com");
        shopper.call("auth_external_sign_in", says(subject, Some(&email), None)).await.unwrap();
        let outcomes = at_once(&database, &shopper, 12, async |caller, n| match n {
            6 => caller.call("auth_external_sync", told(subject, Some(&email), "2026-01-01T00:00:00Z", &change)).await,
            _ => caller.call("auth_external_sign_in", says(subject, Some(&email), None)).await,
        })
        .await;
        assert!(outcomes[6].is_ok(), "{outcomes:?}");
        let alive = format!(
            "select count(*) from app.session s join identity.account a on a.id = s.account_id \
             where a.email = '{email}' and s.ended_at is null"
        );
        assert_eq!(count(&database, &alive).await, 0, "{change}");
        assert_eq!(
            code(shopper.call("auth_external_sign_in", says(subject, Some(&email), None)).await),
            "401 invalid_credentials"
        );
    }
    // Barred is not for ever, gone is; also for somebody who was gone before anybody knew them.
    let back = |subject| told(subject, Some("x@example.com"), "2026-01-02T00:00:00Z", &json!({}));
    assert_eq!(shopper.call("auth_external_sync", back("u-2")).await.unwrap()["outcome"], "synced");
    shopper.call("auth_external_sign_in", says("u-2", None, None)).await.unwrap();
    assert_eq!(shopper.call("auth_external_sync", back("u-1")).await.unwrap()["outcome"], "unknown");
    let never_known = told("u-3", None, "2026-01-02T00:00:00Z", &json!({"gone": true}));
    assert_eq!(shopper.call("auth_external_sync", never_known).await.unwrap()["outcome"], "unknown");
    assert_eq!(
        shopper
            .call("auth_external_sync", told("u-3", Some("u-3@example.com"), "2026-01-01T00:00:00Z", &json!({})))
            .await
            .unwrap()["outcome"],
        "unknown"
    );
    assert_eq!(count(&database, "select count(*) from identity.account where email = 'u-3@example.com'").await, 0);
}

#[tokio::test]
async fn two_people_of_a_provider_with_one_address_are_one_account_with_two_links() {
    let database = Database::start().await;
    set_providers(&database).await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let one = shopper.call("auth_external_sign_in", says("u-1", Some("sara@example.com"), None)).await.unwrap();
    let two = shopper.call("auth_external_sign_in", says("u-2", Some("sara@example.com"), None)).await.unwrap();
    assert_eq!(one["account"]["id"], two["account"]["id"]);
    // The link counts, not what the provider says of the address later.
    let later = shopper.call("auth_external_sign_in", says("u-1", Some("other@example.com"), None)).await.unwrap();
    assert_eq!(
        (&later["account"]["id"], &later["account"]["email"]),
        (&one["account"]["id"], &json!("sara@example.com"))
    );
}

#[tokio::test]
async fn an_unproved_address_gets_one_answer_whoever_has_it() {
    let database = Database::start().await;
    set_providers(&database).await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.call("auth_external_sign_in", says("u-1", Some("sara@example.com"), None)).await.unwrap();
    let mut answers = Vec::new();
    for email in ["sara@example.com", "nobody@example.com"] {
        answers.push(shopper.call("auth_external_sign_in", says("u-9", None, Some(email))).await.unwrap());
    }
    assert_eq!(answers, [json!({"code_sent": true}), json!({"code_sent": true})]);
    assert_eq!(count(&database, "select count(*) from app.message where kind = 'sign_in'").await, 2);
    // Staff who are no members get no letter, and the same answer.
    let staff = Caller::new(&database, "qahwa", "staff").await;
    let answer = staff.call("auth_external_sign_in", says("u-9", None, Some("nobody@example.com"))).await.unwrap();
    assert_eq!(answer["code_sent"], true);
    assert_eq!(count(&database, "select count(*) from app.message where kind = 'sign_in'").await, 2);
}

#[tokio::test]
async fn staff_are_linked_for_all_their_shops_and_let_in_where_they_are_members() {
    let database = Database::start().await;
    set_providers(&database).await;
    seed_staff(&database, "qahwa", "noura@example.com", "manager").await;
    let [here, there] = [Caller::new(&database, "qahwa", "staff").await, Caller::new(&database, "moda", "staff").await];
    let says_noura = || says("u-1", Some("noura@example.com"), None);
    assert_eq!(here.call("auth_external_sign_in", says_noura()).await.unwrap()["account"]["role"], "manager");
    assert_eq!(code(there.call("auth_external_sign_in", says_noura()).await), "401 invalid_credentials");
    // Gone at the provider: out, of every shop.
    seed_staff(&database, "moda", "noura@example.com", "viewer").await;
    let elsewhere = there.call("auth_external_sign_in", says_noura()).await.unwrap();
    let gone = told("u-1", None, "2026-01-01T00:00:00Z", &json!({"gone": true}));
    let answer = here.call("auth_external_sync", gone).await.unwrap();
    assert_eq!((&answer["outcome"], answer["ended"].as_array().unwrap().len()), (&json!("unlinked"), 1));
    for caller in [&here, &there] {
        assert_eq!(code(caller.call("auth_external_sign_in", says_noura()).await), "401 invalid_credentials");
    }
    let session = elsewhere["session_id"].as_str().unwrap();
    let over = format!(
        "select count(*) from app.session s join identity.account a on a.realm_id = s.realm_id and a.id = s.account_id \
        where s.id = '{session}' and s.epoch < a.epoch"
    );
    assert_eq!(count(&database, &over).await, 1, "the session in the other shop is of an epoch that is over");
    assert_eq!(code(here.call("auth_external_sign_in", json!({"provider": "nobody"})).await), "404 provider_not_found");
}

#[tokio::test]
async fn a_row_that_cannot_work_is_refused() {
    let database = Database::start().await;
    let good = json!({"slug": "qahwa", "name": "id", "title": "Id", "flow": "code", "issuer": "https://id.example", "jwks_url": "https://id.example/jwks",
        "client_id": "x", "client_auth": "post", "credential_ref": "id", "authorization_url": "https://id.example/a", "token_url": "http://127.0.0.1:4000/t",
        "scopes": "openid", "response_mode": "query"});
    database.sql.execute("select ops.set_provider($1)", &[&good]).await.unwrap();
    for changes in [
        json!({"name": "Not a name"}),
        json!({"flow": "magic"}),
        json!({"client_id": null}),
        json!({"credential_ref": null}),
        json!({"token_url": "http://id.example/t"}),
        json!({"jwks_url": "ftp://id.example/jwks"}),
        json!({"authorization_url": "https:///a"}),
        json!({"flow": "token"}),
        json!({"client_auth": "guess"}),
        json!({"slug": "nowhere"}),
        json!({"statu": "disabled"}),
    ] {
        let mut row = good.clone();
        row.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let refused = database.sql.execute("select ops.set_provider($1)", &[&row]).await;
        assert!(refused.is_err(), "{changes}");
    }
    assert_eq!(count(&database, "select count(*) from identity.provider").await, 1);
    // What is not given stays.
    let set = async |row: Value| database.sql.execute("select ops.set_provider($1)", &[&row]).await;
    set(json!({"slug": "qahwa", "name": "id", "status": "disabled"})).await.unwrap();
    let kept = "select count(*) from identity.provider where status = 'disabled' and client_id = 'x' and token_url = 'http://127.0.0.1:4000/t'";
    assert_eq!(count(&database, kept).await, 1);
    // Another issuer's people are others: not while some are known.
    set(json!({"slug": "qahwa", "name": "id", "issuer": "https://other.example"})).await.unwrap();
    set(json!({"slug": "qahwa", "name": "id", "status": "active"})).await.unwrap();
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.call("auth_external_sign_in", says("u-1", Some("sara@example.com"), None)).await.unwrap();
    set(json!({"slug": "qahwa", "name": "id", "issuer": "https://id.example"})).await.unwrap_err();
    // The files, with what their README sets.
    for (file, fields) in [
        ("google", json!({"client_id": "1"})),
        ("facebook", json!({"client_id": "1"})),
        ("apple", json!({"client_id": "1"})),
        (
            "clerk",
            json!({"issuer": "https://c.example", "jwks_url": "https://c.example/jwks", "authorized_parties": ["https://s.example"]}),
        ),
    ] {
        let path = tests::root().join(format!("migrations/providers/{file}.json"));
        let mut template: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        template["credential_ref"] = json!(file);
        let mut row = json!({"slug": "moda", "name": file, "file": template});
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        set(row).await.unwrap_or_else(|error| panic!("{file}: {error:?}"));
    }
}
