//! `/oauth`: sign-in at a real OpenID Connect provider (npm `oidc-provider`), through its own pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use serde_json::{Value, json};
use tests::{
    Answer, Call, Callback, OpenIdAccount, OpenIdClient, OpenIdConfig, OpenIdProvider, World, WorldBuilder, peer,
};

use super::{Door, PASSWORD, Person, text};

const CLIENT: &str = "wasla-shop";
const SECRET: &str = "a secret & more: of no secrecy";

/// A world whose shops let people sign in at one provider.
pub struct Stand {
    pub world: World,
    pub provider: OpenIdProvider,
}

/// A browser's half of a run: where it was sent, and the cookie that it keeps.
pub struct Begun {
    pub location: String,
    pub cookie: String,
}

impl Stand {
    async fn start() -> Self {
        Self::of(Self::builder()).await
    }

    /// A world that knows our secret at the provider.
    pub fn builder() -> WorldBuilder {
        World::builder().variable("sign_in_credentials", &json!({"test": SECRET, "wrong": "wrong"}).to_string())
    }

    pub async fn of(world: WorldBuilder) -> Self {
        let people = [
            (
                "sara",
                json!({"email": "Sara@example.com", "email_verified": true, "given_name": "Sara", "family_name": "Ali"}),
            ),
            ("omar", json!({"email": "omar@example.com", "email_verified": false, "given_name": "Omar"})),
            ("noura", json!({"email": "noura@example.com", "email_verified": true})),
            ("gmail", json!({"email": "sara@gmail.com", "email_verified": true})),
            ("shy", json!({"given_name": "Shy"})),
        ];
        let accounts = people.map(|(login, claims)| OpenIdAccount { login: login.into(), claims });
        let provider =
            OpenIdProvider::start(OpenIdConfig { accounts: accounts.into(), ..OpenIdConfig::default() }).await;
        let world = world.variable("sign_in_origin", "http://127.0.0.1:*").start().await;
        let stand = Self { world, provider };
        stand.register_client(CLIENT, Some(SECRET), "client_secret_basic").await;
        for slug in ["qahwa", "moda"] {
            stand.set(&json!({"slug": slug})).await;
        }
        stand
    }

    /// Makes ourselves known to the provider.
    async fn register_client(&self, client_id: &str, secret: Option<&str>, auth_method: &str) {
        let redirect_uris = ["qahwa", "moda"].iter().flat_map(|slug| {
            let host = self.world.shop(slug).host();
            ["auth", "storefront/auth"].map(|area| format!("http://{host}/api/v1/{area}/oauth/test/callback"))
        });
        let client = OpenIdClient {
            client_id: client_id.into(),
            client_secret: secret.map(str::to_owned),
            auth_method: auth_method.into(),
            redirect_uris: redirect_uris.collect(),
        };
        self.provider.set_client(client).await;
    }

    /// Writes the row of the provider, with these changes.
    async fn set(&self, changes: &Value) {
        let mut row = json!({
            "name": "test", "title": "Test", "flow": "code", "issuer": self.provider.issuer(), "jwks_url": self.provider.jwks_url(),
            "client_id": CLIENT, "client_auth": "basic", "credential_ref": "test", "authorization_url": self.provider.authorization_url(),
            "token_url": self.provider.token_url(), "scopes": "openid email profile", "response_mode": "query", "proves_email": "claimed",
        });
        row.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.world.sql.execute("select ops.set_provider($1)", &[&row]).await.unwrap();
    }

    fn shop(&self, slug: &'static str) -> Door<'_> {
        Door::customers(&self.world, slug)
    }

    /// Signs in at the provider and brings the answer back.
    async fn arrive(&self, door: Door<'_>, login: &str, query: &str) -> Answer {
        let begun = begin(door, query).await;
        let callback = self.provider.sign_in(&begun.location, login).await;
        come_back(door, &callback, &begun.cookie).await
    }
}

pub async fn begin(door: Door<'_>, query: &str) -> Begun {
    let answer = door.request(Method::GET, &format!("/oauth/test/start{query}")).await.expect(303);
    let cookie = cookies(&answer).into_iter().find(|cookie| cookie.starts_with("__Host-wasla_oauth=")).unwrap();
    Begun { location: answer.header("location").unwrap().to_owned(), cookie }
}

/// What the browser sends when the provider has sent it back.
pub fn callback_call(door: Door<'_>, callback: &Callback, cookie: &str) -> Call {
    let path = callback.url.split_once("/oauth/").unwrap().1;
    let call = match &callback.form {
        None => door.request(Method::GET, &format!("/oauth/{path}")),
        Some(fields) => {
            let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
            let body: Vec<_> =
                fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
            let call = door.request(Method::POST, &format!("/oauth/{path}"));
            call.set_header("content-type", "application/x-www-form-urlencoded").body(body.join("&"))
        }
    };
    if cookie.is_empty() { call } else { call.header("cookie", cookie) }
}

async fn come_back(door: Door<'_>, callback: &Callback, cookie: &str) -> Answer {
    callback_call(door, callback, cookie).await
}

/// `name=value` of every cookie that an answer sets.
fn cookies(answer: &Answer) -> Vec<String> {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    lines.map(|line| line.split(';').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_comes_into_being_and_comes_again() {
    let stand = Stand::start().await;
    let door = stand.shop("qahwa");
    let listed = door.request(Method::GET, "/oauth").await.expect(200).data();
    assert_eq!(listed, json!([{"name": "test", "title": "Test", "flow": "code"}]));
    let shop = stand.world.shop("qahwa");
    let cart = shop.cart_with(&[(&shop.any_variant().await, 2)]).await;
    // A link on another site does not put its cart into somebody's hands.
    let planted =
        door.request(Method::GET, &format!("/oauth/test/start?cart_id={cart}")).header("sec-fetch-site", "cross-site");
    planted.await.expect_problem(403, "csrf_token_invalid");
    let first = Person::read(stand.arrive(door, "sara", &format!("?cart_id={cart}")).await);
    let account = &first.data["account"];
    assert_eq!((&account["email"], &account["email_verified"]), (&json!("sara@example.com"), &json!(true)));
    assert_eq!((&account["given_name"], &account["family_name"]), (&json!("Sara"), &json!("Ali")));
    assert_eq!((&account["has_password"], first.data["cart"]["id"].as_str()), (&json!(false), Some(cart.as_str())));
    let again = Person::read(stand.arrive(door, "sara", "").await);
    assert_eq!(again.id, first.id);
    let elsewhere = Person::read(stand.arrive(stand.shop("moda"), "sara", "").await);
    assert_ne!(elsewhere.id, first.id, "the same person at another shop is another customer");
    door.get("/sessions", &again).await.expect(200);
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_the_proved_address_is_the_same_account() {
    let stand = Stand::start().await;
    let door = stand.shop("qahwa");
    let asked = door.post("/otp/request", &json!({"channel": "email", "email": "sara@example.com"})).await.expect(202);
    let code = stand.world.mailbox().latest("sara@example.com").await.code().to_owned();
    let body = json!({"challenge_id": text(&asked.data(), "/challenge_id"), "code": code});
    let before = Person::read(door.post("/otp/verify", &body).await);
    let after = Person::read(stand.arrive(door, "sara", "").await);
    assert_eq!(after.id, before.id);
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_the_provider_does_not_vouch_for_is_proved_by_a_code() {
    let stand = Stand::start().await;
    let door = stand.shop("qahwa");
    let victims = "select count(*) from identity.account where email = 'omar@example.com'";
    let answer = stand.arrive(door, "omar", "").await.expect(200).data();
    assert_eq!(answer["status"], "code_sent");
    assert_eq!(stand.world.count(victims).await, 0, "nothing comes of a claim alone");
    let code = stand.world.mailbox().latest("omar@example.com").await.code().to_owned();
    let body = json!({"challenge_id": answer["challenge_id"], "code": code});
    let omar = Person::read(door.post("/otp/verify", &body).await);
    assert_eq!(
        (&omar.data["account"]["given_name"], &omar.data["account"]["email_verified"]),
        (&json!("Omar"), &json!(true))
    );
    // Linked now: the provider's word suffices.
    assert_eq!(Person::read(stand.arrive(door, "omar", "").await).id, omar.id);

    // A password that is reset ends what a letter alone has linked; one address gets only so many letters at a time.
    let let_waits_pass = async || stand.world.sql.execute("delete from identity.throttle", &[]).await.unwrap();
    let_waits_pass().await;
    // Letters that leave together may arrive in any order; the link is to be the latest.
    stand.world.mailbox().deliver().await;
    door.post("/password/forgot", &json!({"email": "omar@example.com"})).await.expect(202);
    let letter = stand.world.mailbox().latest("omar@example.com").await;
    door.post("/password/reset", &json!({"token": letter.token(), "password": PASSWORD})).await.expect(200);
    let_waits_pass().await;
    assert_eq!(stand.arrive(door, "omar", "").await.expect(200).data()["status"], "code_sent");

    // So with a provider whose word on addresses does not count at all.
    stand.set(&json!({"slug": "moda", "proves_email": "never"})).await;
    let answer = stand.arrive(stand.shop("moda"), "sara", "").await.expect(200).data();
    assert_eq!(answer["status"], "code_sent");
    stand.arrive(door, "shy", "").await.expect_problem(422, "email_required");
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_gets_its_session_in_cookies() {
    let stand = Stand::start().await;
    let door = stand.shop("qahwa");
    let answer = stand.arrive(door, "sara", "?return_to=/account%3Ftab%3Dorders").await.expect(303);
    let (page, told) = answer.header("location").unwrap().split_once('#').unwrap();
    assert_eq!(page, "/account?tab=orders");
    let csrf = told.strip_prefix("status=signed_in&csrf_token=").unwrap();
    let jar = cookies(&answer).join("; ");
    assert!(jar.contains("__Host-wasla_customer=") && jar.contains("__Secure-wasla_customer_refresh="), "{jar}");
    door.request(Method::GET, "/sessions").header("cookie", &jar).await.expect(200);
    let logout = door.post("/logout", &json!({})).header("cookie", &jar);
    logout.clone().await.expect_problem(403, "csrf_token_invalid");
    logout.header("x-csrf-token", csrf).await.expect(200);

    let begun = begin(door, "?return_to=/account").await;
    let declined = stand.provider.decline(&begun.location).await;
    let answer = come_back(door, &declined, &begun.cookie).await.expect(303);
    assert_eq!(answer.header("location"), Some("/account#error=sign_in_declined"));
    assert!(cookies(&answer).is_empty());
    for page in ["//evil.example", "https://evil.example", "/a%23b", "account"] {
        let start = door.request(Method::GET, &format!("/oauth/test/start?return_to={page}")).await;
        start.expect_problem(422, "invalid_request");
    }
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_browser_that_began_can_finish_and_once() {
    let stand = Stand::start().await;
    let door = stand.shop("qahwa");
    let begun = begin(door, "").await;
    let callback = stand.provider.sign_in(&begun.location, "sara").await;
    // An attacker's answer in a victim's browser, whether that has begun a run of its own or not.
    come_back(door, &callback, "").await.expect_problem(401, "state_invalid");
    let victim = begin(door, "").await;
    come_back(door, &callback, &victim.cookie).await.expect_problem(401, "state_invalid");
    // At another shop, and for another kind of people.
    come_back(stand.shop("moda"), &callback, &begun.cookie).await.expect_problem(401, "state_invalid");
    stand.set(&json!({})).await;
    come_back(Door::staff(&stand.world, "qahwa"), &callback, &begun.cookie).await.expect_problem(401, "state_invalid");
    // With another state, none, or the issuer of somebody else (RFC 9207).
    let mixed = callback.url.replace("iss=", "iss=https%3A%2F%2Fevil.example&x=");
    assert_ne!(mixed, callback.url);
    for url in [mixed, callback.url.replace("state=", "state=x"), callback.url.replace("state=", "y=")] {
        let callback = Callback { url, ..callback.clone() };
        come_back(door, &callback, &begun.cookie).await.expect_problem(401, "state_invalid");
    }
    // A code that is none, and one that was used.
    let wrong = Callback { url: callback.url.replace("code=", "code=x"), ..callback.clone() };
    come_back(door, &wrong, &begun.cookie).await.expect_problem(401, "state_invalid");
    Person::read(come_back(door, &callback, &begun.cookie).await);
    come_back(door, &callback, &begun.cookie).await.expect_problem(401, "state_invalid");
    assert_eq!(stand.world.count("select count(*) from app.session where ended_at is null").await, 1);
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_may_be_posted_and_the_client_known_in_other_ways() {
    let stand = Stand::start().await;
    let door = stand.shop("qahwa");
    stand.set(&json!({"slug": "qahwa", "response_mode": "form_post"})).await;
    let start = door.request(Method::GET, "/oauth/test/start").await.expect(303);
    assert!(
        start.header("set-cookie").unwrap().ends_with("; Secure; HttpOnly; SameSite=None"),
        "a page of another site posts"
    );
    let sara = Person::read(stand.arrive(door, "sara", "").await);
    stand.register_client("public", None, "none").await;
    stand.set(&json!({"slug": "qahwa", "client_id": "public", "client_auth": "none", "credential_ref": null})).await;
    assert_eq!(Person::read(stand.arrive(door, "sara", "").await).id, sara.id);
    stand.register_client("posting", Some(SECRET), "client_secret_post").await;
    stand.set(&json!({"slug": "qahwa", "client_id": "posting", "client_auth": "post"})).await;
    assert_eq!(Person::read(stand.arrive(door, "sara", "").await).id, sara.id);
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_not_asked_for_its_keys_all_the_time() {
    let stand = Stand::start().await;
    let door = stand.shop("qahwa");
    Person::read(stand.arrive(door, "sara", "").await);
    stand.provider.rotate_keys(false).await;
    // Anybody can send tokens that name unknown keys, so they are not fetched twice within half a minute.
    stand.arrive(door, "sara", "").await.expect_problem(502, "provider_failed");
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_sign_in_who_are_members_and_nobody_else() {
    let stand = Stand::start().await;
    stand.set(&json!({"authorized_parties": []})).await;
    let door = Door::staff(&stand.world, "qahwa");
    stand.arrive(door, "noura", "").await.expect_problem(401, "invalid_credentials");
    assert_eq!(
        stand
            .world
            .count("select count(*) from identity.account where kind = 'staff' and email = 'noura@example.com'")
            .await,
        0
    );
    let staff = json!({"slug": "qahwa", "email": "noura@example.com", "role": "manager"});
    stand.world.sql.execute("select ops.seed_staff($1)", &[&staff]).await.unwrap();
    let noura = Person::read(stand.arrive(door, "noura", "").await);
    assert_eq!(
        (&noura.data["account"]["role"], &noura.data["account"]["email_verified"]),
        (&json!("manager"), &json!(true))
    );
    stand.arrive(Door::staff(&stand.world, "moda"), "noura", "").await.expect_problem(401, "invalid_credentials");
    // Where a second factor is demanded, a provider's word alone does not let in.
    stand.world.sql.execute("update app.tenant set mfa = 'required' where slug = 'qahwa'", &[]).await.unwrap();
    stand.arrive(door, "noura", "").await.expect_problem(403, "second_factor_required");
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_absent_wrong_or_down_lets_nobody_in() {
    let stand = Stand::start().await;
    let door = stand.shop("qahwa");
    for path in ["/oauth/nobody/start", "/oauth/No%20body/start", "/oauth/nobody/callback?state=x&code=y"] {
        door.request(Method::GET, path).await.expect_problem(404, "provider_not_found");
    }
    door.post("/oauth/test/token", &json!({"token": "x.y.z"})).await.expect_problem(404, "provider_not_found");
    door.post("/oauth/test/webhook", &json!({})).await.expect_problem(404, "provider_not_found");
    let begun = begin(door, "").await;
    stand.set(&json!({"slug": "qahwa", "status": "disabled"})).await;
    door.request(Method::GET, "/oauth/test/start").await.expect_problem(404, "provider_not_found");
    let callback = stand.provider.sign_in(&begun.location, "sara").await;
    come_back(door, &callback, &begun.cookie).await.expect_problem(404, "provider_not_found");
    // Its secret is another, or not configured.
    for reference in ["wrong", "absent"] {
        stand.set(&json!({"slug": "qahwa", "credential_ref": reference, "status": "active"})).await;
        let refused = come_back(door, &callback, &begun.cookie).await;
        assert!(refused.expect_problem(503, "not_configured").header("retry-after").is_some());
    }
    // Its tokens are not what the row says.
    stand.set(&json!({"slug": "qahwa", "issuer": "https://id.example"})).await;
    stand.arrive_with_own_issuer(door).await;
    // Nobody listens there.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    stand.set(&json!({"slug": "qahwa", "token_url": format!("http://{closed}/token")})).await;
    stand.arrive(door, "sara", "").await.expect_problem(503, "provider_unavailable");
    assert_eq!(stand.world.count("select count(*) from app.session").await, 0);
    stand.world.finish().await;
}

impl Stand {
    /// The provider tells its own issuer beside the code, so that a row with another is noticed at once; without that, by the token.
    async fn arrive_with_own_issuer(&self, door: Door<'_>) {
        let begun = begin(door, "").await;
        let callback = self.provider.sign_in(&begun.location, "sara").await;
        come_back(door, &callback, &begun.cookie).await.expect_problem(401, "state_invalid");
        let silent = Callback { url: callback.url.replace("iss=", "x="), ..callback };
        come_back(door, &silent, &begun.cookie).await.expect_problem(502, "provider_failed");
    }
}

/// A row of `migrations/providers`, its addresses replaced by those of the provider that runs here.
fn row_of(file: &str, stand: &Stand) -> Value {
    let path = tests::root().join("migrations/providers").join(file);
    let mut row: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let here = json!({"slug": "qahwa", "name": "test", "issuer": stand.provider.issuer(), "jwks_url": stand.provider.jwks_url(),
        "client_id": "posting", "credential_ref": "test", "authorization_url": stand.provider.authorization_url(), "token_url": stand.provider.token_url()});
    row.as_object_mut().unwrap().extend(here.as_object().unwrap().clone());
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn google_and_facebook_as_their_files_say() {
    let stand = Stand::start().await;
    let door = stand.shop("qahwa");
    stand.register_client("posting", Some(SECRET), "client_secret_post").await;
    stand.set(&row_of("google.json", &stand)).await;
    let sara = Person::read(stand.arrive(door, "gmail", "").await);
    assert_eq!(sara.data["account"]["email_verified"], true);
    // An address elsewhere may have changed hands since Google verified it.
    assert_eq!(stand.arrive(door, "sara", "").await.expect(200).data()["status"], "code_sent");
    // Facebook does not say whether an address is proved: the code does, once.
    stand.set(&row_of("facebook.json", &stand)).await;
    let answer = stand.arrive(door, "noura", "").await.expect(200).data();
    assert_eq!(answer["status"], "code_sent");
    let code = stand.world.mailbox().latest("noura@example.com").await.code().to_owned();
    let noura =
        Person::read(door.post("/otp/verify", &json!({"challenge_id": answer["challenge_id"], "code": code})).await);
    assert_eq!(Person::read(stand.arrive(door, "noura", "").await).id, noura.id);
    stand.world.finish().await;
}

// RFC 7515, appendix A.3: the P-256 key of the ES256 example in PKCS #8, as Apple hands keys out.
const APPLE_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\nH1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n-----END PRIVATE KEY-----\n";

#[tokio::test(flavor = "multi_thread")]
async fn apple_as_its_file_says() {
    let credentials = json!({"test": {"team_id": "TEAM123456", "key_id": "KEY1234567", "private_key": APPLE_KEY}});
    let stand = Stand::of(World::builder().variable("sign_in_credentials", &credentials.to_string())).await;
    let door = stand.shop("qahwa");
    stand.register_client("posting", Some(SECRET), "client_secret_post").await;
    // Apple's way of knowing us stands before the provider: it takes the assertion for the secret.
    let (token_url, client) = (stand.provider.token_url().to_owned(), stand.world.client().clone());
    let apple = peer::serve(move |_, body| {
        let (token_url, client) = (token_url.clone(), client.clone());
        async move {
            let (before, rest) = body.split_once("client_secret=").expect("a client secret");
            let assertion = rest.split('&').next().unwrap();
            let part = |n: usize| -> Value {
                let part = assertion.split('.').nth(n).unwrap();
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
            };
            let (header, claims) = (part(0), part(1));
            assert_eq!((&header["alg"], &header["kid"]), (&json!("ES256"), &json!("KEY1234567")));
            assert_eq!(
                (&claims["iss"], &claims["sub"], &claims["aud"]),
                (&json!("TEAM123456"), &json!("posting"), &json!("https://appleid.apple.com"))
            );
            let secret: String = SECRET.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let body = format!("{before}client_secret={secret}{}", &rest[assertion.len()..]);
            let call = client.call(Method::POST, token_url).header("content-type", "application/x-www-form-urlencoded");
            let answer = call.body(body).await;
            (answer.status, answer.text())
        }
    })
    .await;
    let mut row = row_of("apple.json", &stand);
    row["token_url"] = json!(format!("{apple}/auth/token"));
    stand.set(&row).await;
    let begun = begin(door, "").await;
    let mut callback = stand.provider.sign_in(&begun.location, "noura").await;
    // The name comes beside the token, at the first sign-in alone.
    let user = json!({"name": {"firstName": "Noura", "lastName": "Saleh"}, "email": "ignored@example.com"});
    callback.form.as_mut().unwrap().push(("user".into(), user.to_string()));
    let noura = Person::read(come_back(door, &callback, &begun.cookie).await);
    let account = &noura.data["account"];
    assert_eq!(
        (&account["email"], &account["given_name"], &account["family_name"]),
        (&json!("noura@example.com"), &json!("Noura"), &json!("Saleh"))
    );
    // The device cookie does not come along from Apple's page, and the device is known all the same.
    let device = format!("__Host-wasla_customer_device={}", noura.device.as_ref().unwrap());
    let start = door.request(Method::GET, "/oauth/test/start").header("cookie", &device).await.expect(303);
    let callback = stand.provider.sign_in(start.header("location").unwrap(), "noura").await;
    let again = Person::read(come_back(door, &callback, &cookies(&start).remove(0)).await);
    assert_eq!((&again.id, &again.device), (&noura.id, &noura.device));
    stand.world.finish().await;
}
