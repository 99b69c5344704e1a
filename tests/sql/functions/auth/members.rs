//! Staff: one account, a role in each shop, and changes that hold from the next request on.

use serde_json::{Value, json};
use tests::Database;
use uuid::Uuid;

use super::{Caller, code, count, seed_staff};

/// Somebody signed in by a code, since seeded staff have no password.
async fn member(database: &Database, slug: &'static str, email: &str, role: &str) -> (Caller, Uuid) {
    let seeded = seed_staff(database, slug, email, role).await;
    let mut caller = Caller::new(database, slug, "staff").await;
    let challenge = caller.ask_code("sign_in", "email", email, "123456").await;
    let answer = caller.enter_code(challenge, "123456").await.unwrap();
    caller.signed_in(&answer);
    (caller, serde_json::from_value(seeded["account_id"].clone()).unwrap())
}

/// What an owner may: everything.
fn may() -> Value {
    json!({"shipped": ["owner", "manager", "viewer"], "roles": ["owner", "manager", "viewer"], "permissions": []})
}

#[tokio::test]
async fn one_account_has_a_role_in_each_shop() {
    let database = Database::start().await;
    let (qahwa, here) = member(&database, "qahwa", "staff@example.com", "owner").await;
    let (moda, there) = member(&database, "moda", "staff@example.com", "support_agent").await;
    assert_eq!(here, there);
    assert_eq!(qahwa.call("auth_me", json!({})).await.unwrap()["role"], "owner");
    assert_eq!(moda.call("auth_me", json!({})).await.unwrap()["role"], "support_agent");
    // A session is of one shop, and staff are no customers.
    let mut crossing = qahwa.again(&database).await;
    crossing.slug = "moda";
    assert_eq!(code(crossing.call("auth_me", json!({})).await), "401 session_ended");
    assert_eq!(code(qahwa.call("customer_orders", json!({"limit": 5})).await), "401 authentication_required");
}

#[tokio::test]
async fn a_new_role_ends_the_tokens_and_not_the_session() {
    let database = Database::start().await;
    let (owner, _) = member(&database, "qahwa", "owner@example.com", "owner").await;
    let (clerk, id) = member(&database, "qahwa", "clerk@example.com", "clerk").await;
    let session = clerk.session.clone().unwrap();
    let set = |what: Value| {
        let mut input = json!({"account_id": id, "may": may()});
        input.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        owner.call("member_set", input)
    };
    let changed = set(json!({"role": "manager"})).await.unwrap();
    assert_eq!((changed["member"]["role"].clone(), changed["ended"].clone()), (json!("manager"), json!([])));
    assert_eq!(code(clerk.call("auth_me", json!({})).await), "401 session_ended");
    let mut refreshing = clerk.again(&database).await;
    refreshing.session = None;
    let token = format!("refresh {}", session["id"].as_str().unwrap());
    let answer = refreshing.refresh(&token, "child").await.unwrap();
    assert_eq!(answer["role"], "manager");
    refreshing.signed_in(&answer);
    refreshing.call("auth_me", json!({})).await.unwrap();
    // The same again changes nothing.
    set(json!({"role": "manager"})).await.unwrap();
    refreshing.call("auth_me", json!({})).await.unwrap();

    let suspended = set(json!({"status": "suspended"})).await.unwrap();
    assert_eq!(suspended["ended"], json!([session["id"]]));
    assert_eq!(code(refreshing.call("auth_me", json!({})).await), "401 session_ended");
    refreshing.session = None;
    assert_eq!(code(refreshing.refresh("child", "grandchild").await), "401 session_ended");
    assert_eq!(refreshing.find("clerk@example.com", None).await.unwrap()["account"], json!(null));
    let audited = "select count(*) from audit.entry where table_name = 'membership' and action = 'update'";
    assert!(count(&database, audited).await >= 2);
}

#[tokio::test]
async fn a_suspended_customer_is_out_at_once() {
    let database = Database::start().await;
    let (owner, _) = member(&database, "qahwa", "owner@example.com", "owner").await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    let id = shopper.account("noura@example.com", "one").await;
    let session = shopper.sign_in("noura@example.com").await["session_id"].clone();
    let suspend = json!({"account_id": id, "status": "suspended"});
    assert_eq!(code(shopper.call("auth_set_customer", suspend.clone()).await), "401 authentication_required");
    assert_eq!(owner.call("auth_set_customer", suspend).await.unwrap()["ended"], json!([session]));
    assert_eq!(code(shopper.call("storefront_shop", json!({})).await), "401 session_ended");
    shopper.session = None;
    assert_eq!(shopper.find("noura@example.com", None).await.unwrap()["account"], json!(null));
    owner.call("auth_set_customer", json!({"account_id": id, "status": "active"})).await.unwrap();
    shopper.sign_in("noura@example.com").await;
}

/// Sessions as the functions name them, by the shop that they are of.
async fn sessions_of(caller: &Caller, kind: &str, account: Uuid) -> Vec<Value> {
    let listed = caller.call("auth_sessions_of", json!({"kind": kind, "account_id": account})).await.unwrap();
    listed["sessions"].as_array().unwrap().iter().map(|session| session["id"].clone()).collect()
}

#[tokio::test]
async fn an_administrator_ends_sessions_of_this_shop_alone() {
    let database = Database::start().await;
    let (owner, own) = member(&database, "qahwa", "owner@example.com", "owner").await;
    let (laptop, id) = member(&database, "qahwa", "clerk@example.com", "clerk").await;
    let (phone, _) = member(&database, "qahwa", "clerk@example.com", "clerk").await;
    let (elsewhere, _) = member(&database, "moda", "clerk@example.com", "clerk").await;
    let session = |caller: &Caller| caller.session.as_ref().unwrap()["id"].clone();
    assert_eq!(sessions_of(&owner, "staff", id).await, [session(&phone), session(&laptop)]);
    let mine = owner.call("auth_sessions_of", json!({"kind": "staff", "account_id": own})).await.unwrap();
    assert_eq!((mine["sessions"][0]["current"].clone(), mine["sessions"][1].clone()), (json!(true), json!(null)));

    let end = async |what: Value| {
        let mut input = json!({"kind": "staff", "account_id": id});
        input.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        owner.call("auth_end_sessions_of", input).await
    };
    let one = json!({"session_id": session(&laptop)});
    assert_eq!(end(one.clone()).await.unwrap()["ended"], json!([session(&laptop)]));
    assert_eq!(code(laptop.call("auth_me", json!({})).await), "401 session_ended");
    phone.call("auth_me", json!({})).await.unwrap();
    // Over already, another shop's, somebody else's, or none at all: none of them ends anything.
    let another = json!({"session_id": session(&elsewhere)});
    for what in [one, another, json!({"session_id": session(&owner)}), json!({}), json!({"all": false})] {
        assert_eq!(code(end(what.clone()).await), "404 session_not_found", "{what}");
    }
    assert_eq!(end(json!({"all": true})).await.unwrap()["ended"], json!([session(&phone)]));
    assert_eq!(end(json!({"all": true})).await.unwrap()["ended"], json!([]));
    assert_eq!(code(phone.call("auth_me", json!({})).await), "401 session_ended");
    for untouched in [&owner, &elsewhere] {
        untouched.call("auth_me", json!({})).await.unwrap();
    }
    assert!(sessions_of(&owner, "staff", id).await.is_empty());
    let told = "select count(*) from app.session where end_reason = 'ended_by_administrator'";
    assert_eq!(count(&database, told).await, 2);
    // Who was signed out is not kept out.
    member(&database, "qahwa", "clerk@example.com", "clerk").await.0.call("auth_me", json!({})).await.unwrap();
}

#[tokio::test]
async fn an_administrator_ends_sessions_of_customers() {
    let database = Database::start().await;
    let (owner, _) = member(&database, "qahwa", "owner@example.com", "owner").await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    let id = shopper.account("noura@example.com", "one").await;
    let first = shopper.sign_in("noura@example.com").await["session_id"].clone();
    let second = shopper.again(&database).await.sign_in("noura@example.com").await["session_id"].clone();
    assert_eq!(sessions_of(&owner, "customer", id).await.len(), 2);
    let of = json!({"kind": "customer", "account_id": id});
    let mut one = of.clone();
    one["session_id"] = first.clone();
    let mut all = of.clone();
    all["all"] = json!(true);
    let guest = Caller::new(&database, "qahwa", "customer").await;
    for caller in [&shopper, &guest] {
        for (function, input) in
            [("auth_sessions_of", &of), ("auth_end_sessions_of", &one), ("auth_end_sessions_of", &all)]
        {
            assert_eq!(code(caller.call(function, input.clone()).await), "401 authentication_required");
        }
    }
    assert_eq!(owner.call("auth_end_sessions_of", one).await.unwrap()["ended"], json!([first]));
    assert_eq!(code(shopper.call("storefront_shop", json!({})).await), "401 session_ended");
    assert_eq!(json!(sessions_of(&owner, "customer", id).await), json!([second]));
    assert_eq!(owner.call("auth_end_sessions_of", all).await.unwrap()["ended"], json!([second]));
    let mut refreshing = shopper.again(&database).await;
    refreshing.session = None;
    let token = format!("refresh {}", second.as_str().unwrap());
    assert_eq!(code(refreshing.refresh(&token, "child").await), "401 session_ended");
}

/// What another shop has is not found, and stays as it is.
#[tokio::test]
async fn a_shop_reaches_nobody_of_another() {
    let database = Database::start().await;
    let (owner, own) = member(&database, "qahwa", "owner@example.com", "owner").await;
    let (there, other) = member(&database, "moda", "other@example.com", "owner").await;
    let mut shopper = Caller::new(&database, "moda", "customer").await;
    let customer = shopper.account("noura@example.com", "one").await;
    let session = shopper.sign_in("noura@example.com").await["session_id"].clone();
    let before = "select md5(string_agg(x::text, '' order by x::text)) from (select a::text as x from identity.account a union all \
        select m::text from app.membership m union all select s::text from app.session s) q";
    let fingerprint = async || -> String { database.sql.query_one(before, &[]).await.unwrap().get(0) };
    let unchanged = fingerprint().await;
    for (function, input, refusal) in [
        ("member_set", json!({"account_id": other, "role": "viewer", "may": may()}), "404 member_not_found"),
        ("member_set", json!({"account_id": customer, "role": "viewer", "may": may()}), "404 member_not_found"),
        ("auth_set_customer", json!({"account_id": customer, "status": "suspended"}), "404 customer_not_found"),
        ("auth_set_customer", json!({"account_id": own, "status": "suspended"}), "404 customer_not_found"),
        ("auth_set_customer", json!({"account_id": other, "status": "suspended"}), "404 customer_not_found"),
    ] {
        assert_eq!(code(owner.call(function, input).await), refusal);
    }
    let theirs = there.session.as_ref().unwrap()["id"].clone();
    for (kind, account, session, refusal) in [
        ("staff", other, &theirs, "404 member_not_found"),
        ("staff", customer, &session, "404 member_not_found"),
        ("staff", Uuid::now_v7(), &theirs, "404 member_not_found"),
        ("customer", customer, &session, "404 customer_not_found"),
        ("customer", own, &session, "404 customer_not_found"),
        ("customer", other, &theirs, "404 customer_not_found"),
    ] {
        let of = json!({"kind": kind, "account_id": account});
        assert_eq!(code(owner.call("auth_sessions_of", of).await), refusal);
        for which in [json!({"session_id": session}), json!({"all": true})] {
            let mut input = json!({"kind": kind, "account_id": account});
            input.as_object_mut().unwrap().extend(which.as_object().unwrap().clone());
            assert_eq!(code(owner.call("auth_end_sessions_of", input).await), refusal);
        }
    }
    assert_eq!(fingerprint().await, unchanged);
}

/// Epochs only grow, whatever a statement says.
#[tokio::test]
async fn an_epoch_never_shrinks() {
    let database = Database::start().await;
    let (_, id) = member(&database, "qahwa", "owner@example.com", "owner").await;
    let tenant = "select set_config('app.tenant_id', id::text, true) from app.tenant where slug = 'qahwa'";
    let shrink = "update identity.account set epoch = 0; update app.membership set epoch = -5";
    database.sql.batch_execute(&format!("begin; {tenant}; {shrink}; commit")).await.unwrap();
    let epochs = format!(
        "select a.epoch * 10 + m.epoch from identity.account a join app.membership m on m.account_id = a.id where a.id = '{id}'"
    );
    assert_eq!(count(&database, &epochs).await, 10);
}
