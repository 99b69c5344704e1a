//! `/account` and `/accounts`: what people do without a program of their own, form by form, as a browser without scripts would.

use http::Method;
use serde_json::json;
use tests::{Answer, Form, Shop, World};
use url::form_urlencoded::Serializer;

use super::second_factor::{enrol, step};
use super::steps::{PASSWORD as SHOPPERS, customer};
use super::{Door, PASSWORD};

/// A browser at one shop, with the cookies it was given.
struct Visitor<'w> {
    shop: Shop<'w>,
    cookies: Vec<(String, String)>,
}

impl<'w> Visitor<'w> {
    fn at(shop: Shop<'w>) -> Self {
        Self { shop, cookies: Vec::new() }
    }

    async fn open(&mut self, path: &str) -> Answer {
        let call = self.shop.world.request(Method::GET, path).host(&self.shop.host());
        self.send(call).await
    }

    /// Sends the page's form with these fields filled in.
    async fn submit(&mut self, page: &Answer, filled: &[(&str, &str)]) -> Answer {
        let form = Form::holding(&page.text(), "<input").unwrap();
        let mut body = Serializer::new(String::new());
        for (name, value) in &form.fields {
            let typed = filled.iter().find(|(field, _)| field == name);
            body.append_pair(name, typed.map_or(value, |(_, typed)| typed));
        }
        for (name, _) in filled {
            assert!(form.fields.iter().any(|(field, _)| field == name), "no field {name}: {}", page.text());
        }
        let call = self.shop.world.request(Method::POST, &form.action).host(&self.shop.host());
        let call =
            call.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin");
        self.send(call.body(body.finish())).await
    }

    async fn send(&mut self, call: tests::Call) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let call = if cookies.is_empty() { call } else { call.header("cookie", cookies.join("; ")) };
        let answer = call.await;
        for header in answer.headers.get_all("set-cookie") {
            let pair = header.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        answer
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_registers_follows_the_link_signs_in_and_is_led_on() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let mut sara = Visitor::at(shop);
    let page = sara.open("/account/register").await.expect(200);
    let html = page.text();
    assert!(html.contains(r#"<html lang="ar" dir="rtl">"#) && html.contains("محمصة قهوة"), "{html}");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert!(!html.contains("<script>") && !html.contains("onclick") && !html.contains("style="), "nothing inline");

    let given = [("email", "sara@example.com"), ("given_name", "سارة \"<b>"), ("password", "short")];
    let refused = sara.submit(&page, &given).await.expect(422);
    assert!(refused.text().contains("كلمة المرور قصيرة جدًا"), "{}", refused.text());
    assert!(refused.text().contains("sara@example.com") && !refused.text().contains("<b>"), "kept, and escaped");
    assert!(!refused.text().contains("value=\"short\""), "a password is not sent back");
    let sent = sara.submit(&refused, &[("password", SHOPPERS)]).await.expect(200);
    assert!(sent.text().contains("رسالة فيها رابط"), "{}", sent.text());

    let letter = world.mailbox().latest("sara@example.com").await;
    let path = letter.link().split_once("example").or_else(|| letter.link().split_once("localhost")).unwrap().1;
    let path = path[path.find('/').unwrap()..].split('#').next().unwrap().to_owned();
    let page = sara.open(&path).await.expect(200);
    let wrong = sara.submit(&page, &[("token", letter.token()), ("password", "another password 77")]).await;
    assert!(wrong.expect(401).text().contains(letter.token()), "the token stays in its field");
    let done = sara.submit(&page, &[("token", letter.token()), ("password", SHOPPERS)]).await.expect(200);
    assert!(done.text().contains(r#"href="/account/login""#), "{}", done.text());

    let page = sara.open("/account/login?next=%2Fapi%2Fv1%2Fstorefront%2Fme").await.expect(200);
    let wrong = sara.submit(&page, &[("email", "sara@example.com"), ("password", "no")]).await.expect(401);
    assert!(wrong.text().contains("غير صحيحة"), "{}", wrong.text());
    let on = sara.submit(&page, &[("email", "sara@example.com"), ("password", SHOPPERS)]).await.expect(303);
    assert_eq!(on.header("location"), Some("/api/v1/storefront/me"));
    assert_eq!(sara.open("/api/v1/storefront/me").await.expect(200).data()["email"], "sara@example.com");
    let home = sara.open("/account").await.expect(200).text();
    assert!(home.contains("sara@example.com") && home.contains("id=\"sign-out\""), "{home}");
    // What the script sends when the button is pressed.
    let csrf = home.split_once("data-csrf=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let out = world.request(Method::POST, "/api/v1/storefront/auth/logout").host(&shop.host());
    sara.send(out.header("x-csrf-token", csrf).header("sec-fetch-site", "same-origin")).await.expect(200);
    sara.cookies.retain(|(_, value)| !value.is_empty());
    assert!(sara.open("/account").await.expect(200).text().contains("لم تسجّل الدخول"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_sign_in_where_the_documents_say_and_with_a_second_factor() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let noura = door.employee("noura@example.com", "owner").await;
    let (totp, _) = enrol(&door, &noura).await;
    let mut browser = Visitor::at(door.shop);
    let page = browser.open("/accounts/login/?lang=en").await.expect(200);
    assert!(page.text().contains(r#"<html lang="en" dir="ltr">"#) && page.text().contains("Qahwa Roasters"));
    let asked = browser.submit(&page, &[("email", "noura@example.com"), ("password", PASSWORD)]).await.expect(200);
    let wrong = browser.submit(&asked, &[("code", "000000")]).await.expect(401);
    let code = totp.code_at(step() + 1);
    let on = browser.submit(&wrong, &[("code", code.as_str())]).await.expect(303);
    assert_eq!(on.header("location"), Some("/accounts"));
    assert!(browser.open("/accounts").await.expect(200).text().contains("noura@example.com"));
    // Customers' pages know nothing of it.
    assert!(!browser.open("/account").await.expect(200).text().contains("noura@example.com"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_staff_open_on_the_same_pages() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let mut browser = Visitor::at(door.shop);
    let page = browser.open("/accounts/forgot-password").await.expect(200);
    browser.submit(&page, &[("email", "owner@qahwa.example")]).await.expect(200);
    let token = world.mailbox().latest("owner@qahwa.example").await.token().to_owned();
    let page = browser.open("/account/reset-password").await.expect(200);
    let set = browser.submit(&page, &[("token", &token), ("password", PASSWORD)]).await.expect(200);
    assert!(set.text().contains(r#"href="/accounts/login""#), "it was a link of staff: {}", set.text());
    let used = browser.submit(&page, &[("token", &token), ("password", PASSWORD)]).await.expect(422);
    assert!(used.text().contains("غير صالح"), "{}", used.text());

    let shop = Door::tenant(&world, "qahwa");
    let invitation = json!({"email": "new@example.com", "role": "viewer"});
    owner.sign(shop.post("/invitations", &invitation)).await.expect(201);
    let token = world.mailbox().latest("new@example.com").await.token().to_owned();
    let page = browser.open("/account/invitation").await.expect(200);
    browser.submit(&page, &[("token", &token)]).await.expect(422);
    browser.submit(&page, &[("token", &token), ("password", PASSWORD)]).await.expect(200);
    super::Person::read(door.login("new@example.com", PASSWORD).await);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_site_signs_anybody_in() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    customer(&shop, "sara@example.com").await;
    for (header, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let call = world.request(Method::POST, "/account/login").host(&shop.host());
        let call = call.header("content-type", "application/x-www-form-urlencoded").header(header, value);
        let body = Serializer::new(String::new())
            .extend_pairs([("email", "sara@example.com"), ("password", SHOPPERS)])
            .finish();
        let refused = call.body(body).await.expect(403);
        assert!(refused.header("set-cookie").is_none() && refused.text().contains("<form"), "{}", refused.text());
    }
    for (path, status, code) in [
        ("/account/login?next=a&next=b", 400, "duplicate_parameter"),
        ("/account/login?tenant_id=x", 422, "invalid_request"),
        ("/account/nowhere", 404, "not_found"),
    ] {
        world.request(Method::GET, path).host(&shop.host()).await.expect_problem(status, code);
    }
    world
        .request(Method::GET, "/account/login")
        .host("nowhere.localhost")
        .await
        .expect_problem(404, "tenant_not_found");
    for (asset, kind) in [("page.css", "text/css"), ("page.js", "text/javascript")] {
        let answer =
            world.request(Method::GET, &format!("/account/assets/{asset}")).host(&shop.host()).await.expect(200);
        assert!(answer.header("content-type").unwrap().starts_with(kind));
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_the_hosts_own_ticks_send_lead_back_to_these_pages() {
    let ticking = |config: &mut host::Config| {
        config.jobs.token_variable = Some("job_token".to_owned());
        config.jobs.ticks.insert("/internal/jobs/messages/deliver".to_owned(), std::time::Duration::from_millis(200));
    };
    let world = World::builder().config(ticking).start().await;
    let door = Door::staff(&world, "qahwa");
    door.post("/password/forgot", &json!({"email": "owner@qahwa.example"})).await.expect(202);
    tests::eventually(async || world.mailbox().count("owner@qahwa.example") > 0).await;
    let letter = world.mailbox().to("owner@qahwa.example").pop().unwrap();
    let port = world.url().rsplit_once(':').unwrap().1.to_owned();
    let origin = format!("http://qahwa.localhost:{port}");
    let path = letter.link().strip_prefix(&origin).unwrap_or_else(|| panic!("{} is not at {origin}", letter.link()));
    let page = Visitor::at(door.shop).open(path.split('#').next().unwrap()).await.expect(200);
    assert!(page.text().contains("<form"), "{}", page.text());
    world.finish().await;
}
