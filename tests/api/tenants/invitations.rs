//! `/me/invitations` and `/api/v1/auth/invitations/accept`

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::World;

use crate::api::auth::{Door, PASSWORD, Person};

const SALEM: &str = "salem@example.com";

fn invite(shop: &Door<'_>, by: &Person, email: &str, role: &str) -> tests::Call {
    by.sign(shop.post("/invitations", &json!({"email": email, "role": role})))
}

/// The token of the newest letter to an address.
async fn token(world: &World, email: &str) -> String {
    world.mailbox().latest(email).await.token().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_is_invited_chooses_a_password_and_works_here() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let invited = invite(&shop, &owner, " Salem@Example.com ", "manager").await.expect(201).data();
    assert_eq!((&invited["email"], &invited["status"]), (&json!(SALEM), &json!("pending")));
    assert_eq!(invited["invited_by"], json!(owner.id));
    invite(&shop, &owner, SALEM, "viewer").await.expect_problem(409, "invitation_exists");
    let letter = world.mailbox().latest(SALEM).await;
    assert!(letter.link().contains("qahwa") && letter.text().contains("7 أيام"), "{}", letter.text());
    let accept = |body: Value| door.post("/invitations/accept", &body);
    let token = letter.token().to_owned();
    let missing = accept(json!({"token": token})).await.expect_problem(422, "invalid_request").json();
    assert_eq!(
        (&missing["errors"][0]["field"], &missing["errors"][0]["code"]),
        (&json!("password"), &json!("required"))
    );
    let weak = accept(json!({"token": token, "password": "short"})).await.expect_problem(422, "invalid_request").json();
    assert_eq!(weak["errors"][0]["code"], "password_too_short");
    // Of twenty that come at once, one makes the member.
    let body = json!({"token": token, "password": PASSWORD, "given_name": "سالم", "locale": "ar"});
    let answers = join_all((0..20).map(|_| async { accept(body.clone()).await.status })).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| [200, 409, 422, 429].contains(status)), "{answers:?}");
    accept(body).await.expect_problem(422, "link_invalid");

    let salem = Person::read(door.login(SALEM, PASSWORD).await);
    assert_eq!(salem.data["account"]["role"], "manager");
    assert_eq!(
        (&salem.data["account"]["given_name"], &salem.data["account"]["email_verified"]),
        (&json!("سالم"), &json!(true))
    );
    let listed = shop.get("/invitations?status=accepted", &owner).await.expect(200).data();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["status"]), (1, &json!("accepted")));
    invite(&shop, &owner, SALEM, "viewer").await.expect_problem(409, "already_member");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_works_elsewhere_accepts_with_the_account_they_have() {
    let world = World::start().await;
    let (here, there) = (Door::staff(&world, "qahwa"), Door::staff(&world, "moda"));
    let shop = Door::tenant(&world, "qahwa");
    let owner = here.employee("noura@example.com", "owner").await;
    let salem = there.employee(SALEM, "viewer").await;
    // Earlier letters must not come together with the one that is waited for.
    world.mailbox().deliver().await;
    invite(&shop, &owner, SALEM, "manager").await.expect(201);
    let token = token(&world, SALEM).await;
    // The link opens at the shop that sent it alone.
    there.post("/invitations/accept", &json!({"token": token})).await.expect_problem(422, "link_invalid");
    let another = json!({"token": token, "password": "seven brown camels at dusk"});
    here.post("/invitations/accept", &another).await.expect_problem(409, "account_exists");
    let joined = here.post("/invitations/accept", &json!({"token": token})).await.expect(200).data();
    assert_eq!((&joined["account_id"], &joined["created"]), (&json!(salem.id), &json!(false)));
    assert_eq!(Person::read(here.login(SALEM, PASSWORD).await).data["account"]["role"], "manager");
    assert_eq!(there.get("/me", &salem).await.expect(200).data()["role"], "viewer");

    // Removed, and asked again.
    shop.delete(&format!("/members/{}", salem.id), &owner).await.expect(200);
    world.mailbox().deliver().await;
    invite(&shop, &owner, SALEM, "viewer").await.expect(201);
    let token = self::token(&world, SALEM).await;
    here.post("/invitations/accept", &json!({"token": token})).await.expect(200);
    assert_eq!(Person::read(here.login(SALEM, PASSWORD).await).data["account"]["role"], "viewer");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_sent_again_taken_back_and_runs_out() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let id = invite(&shop, &owner, SALEM, "viewer").await.expect(201).data()["id"].as_str().unwrap().to_owned();
    let path = format!("/invitations/{id}");
    let first = token(&world, SALEM).await;
    let resend = || owner.sign(shop.request(Method::POST, &format!("{path}/resend")));
    let soon = resend().await.expect_problem(429, "too_many_attempts");
    assert!((1..=60).contains(&soon.header("retry-after").unwrap().parse::<u32>().unwrap()));
    world.sql.execute("update app.invitation set sent_at = now() - interval '61 seconds'", &[]).await.unwrap();
    resend().await.expect(200);
    let second = token(&world, SALEM).await;
    let accept = |token: &str| door.post("/invitations/accept", &json!({"token": token, "password": PASSWORD}));
    accept(&first).await.expect_problem(422, "link_invalid");

    let late = "update app.invitation set expires_at = now() - interval '1 second'";
    world.sql.execute(late, &[]).await.unwrap();
    accept(&second).await.expect_problem(422, "link_invalid");
    assert_eq!(shop.get("/invitations", &owner).await.expect(200).data()[0]["status"], "expired");
    // The address may be asked again; what ran out is closed then.
    let other = invite(&shop, &owner, SALEM, "viewer").await.expect(201).data();
    resend().await.expect_problem(409, "invitation_closed");
    let path = format!("/invitations/{}", other["id"].as_str().unwrap());
    let third = token(&world, SALEM).await;
    assert_eq!(shop.delete(&path, &owner).await.expect(200).data()["status"], "revoked");
    shop.delete(&path, &owner).await.expect_problem(409, "invitation_closed");
    accept(&third).await.expect_problem(422, "link_invalid");
    for name in ["organizations", "stores"] {
        let call = world.request(Method::GET, &format!("/api/v1/{name}/me/invitations")).host(&door.shop.host());
        assert_eq!(owner.sign(call).await.expect(200).data().as_array().unwrap().len(), 2);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_invites_to_more_than_they_are_nor_without_end() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let admin = door.employee("noura@example.com", "admin").await;
    let manager = door.employee("lina@example.com", "manager").await;
    invite(&shop, &manager, SALEM, "viewer").await.expect_problem(403, "forbidden");
    invite(&shop, &admin, SALEM, "owner").await.expect_problem(403, "beyond_own_permissions");
    for (email, role, field, code) in [
        (SALEM, "emperor", "role", "unsupported"),
        (SALEM, &*"r".repeat(51), "role", "too_long"),
        ("nobody", "viewer", "email", "invalid"),
    ] {
        let problem = invite(&shop, &admin, email, role).await.expect_problem(422, "invalid_request").json();
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)));
    }
    // An owner's invitation is not an administrator's to take back.
    let owner = door.employee("huda@example.com", "owner").await;
    let id = invite(&shop, &owner, SALEM, "owner").await.expect(201).data()["id"].as_str().unwrap().to_owned();
    shop.delete(&format!("/invitations/{id}"), &admin).await.expect_problem(403, "beyond_own_permissions");
    let foreign = Door::tenant(&world, "moda");
    let stranger = Door::staff(&world, "moda").employee("stranger@example.com", "owner").await;
    foreign.delete(&format!("/invitations/{id}"), &stranger).await.expect_problem(404, "invitation_not_found");
    assert_eq!(foreign.get("/invitations", &stranger).await.expect(200).data(), json!([]));

    let fill = "select set_config('app.tenant_id', id::text, false) from app.tenant where slug = 'qahwa'; \
        insert into app.invitation (tenant_id, id, email, role, account_id, secret_hash, expires_at) \
        select app.tenant_id(), app.uuid_v7(), 'guest' || n || '@example.com', 'viewer', app.uuid_v7(), sha256(n::text::bytea), now() + interval '1 day' \
        from generate_series(1, 195) n";
    world.sql.batch_execute(fill).await.unwrap();
    let asked = (0..10).map(|n| {
        let email = format!("more{n}@example.com");
        let (shop, admin) = (&shop, &admin);
        async move { invite(shop, admin, &email, "viewer").await.status }
    });
    let answers = join_all(asked).await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 4, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 6, "{answers:?}");
    world.finish().await;
}
