//! The OpenID Connect provider of the tests is a real one: it signs people in, and refuses what it must.

use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::{Answer, Callback, Client, OpenIdAccount, OpenIdClient, OpenIdConfig, OpenIdProvider};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use url::Url;

const REDIRECT_URI: &str = "http://qahwa.localhost:3000/back?from=provider";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";
const NONCE: &str = "a-nonce";

fn client(auth_method: &str) -> OpenIdClient {
    OpenIdClient {
        client_id: "wasla".to_owned(),
        client_secret: (auth_method != "none").then(|| "a-secret-of-the-client".to_owned()),
        auth_method: auth_method.to_owned(),
        redirect_uris: vec![REDIRECT_URI.to_owned()],
    }
}

async fn provider(auth_method: &str, keys: Vec<Value>) -> OpenIdProvider {
    let claims = json!({
        "email": "sara@example.com", "email_verified": true, "given_name": "سارة", "family_name": "العلي", "name": "سارة العلي",
    });
    let accounts = vec![OpenIdAccount { login: "sara".to_owned(), claims }];
    OpenIdProvider::start(OpenIdConfig { clients: vec![client(auth_method)], accounts, keys }).await
}

/// The address that the application sends a browser to, with `changes` to it.
fn address(provider: &OpenIdProvider, changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let usual = [
        ("client_id", "wasla"),
        ("redirect_uri", REDIRECT_URI),
        ("response_type", "code"),
        ("scope", "openid email profile"),
        ("state", "a state & more"),
        ("nonce", NONCE),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let added = changes.iter().filter(|(_, value)| !value.is_empty());
    Url::parse_with_params(provider.authorization_url(), kept.chain(added)).unwrap().into()
}

/// Shows the code of a callback at the token endpoint.
async fn exchange(provider: &OpenIdProvider, auth_method: &str, callback: &Callback, verifier: &str) -> Answer {
    let code = callback.param("code").unwrap_or_else(|| panic!("no code: {callback:?}"));
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.append_pair("grant_type", "authorization_code").append_pair("redirect_uri", REDIRECT_URI);
    body.append_pair("code", &code).append_pair("code_verifier", verifier);
    let call = Client::default().call(Method::POST, provider.token_url());
    let call = call.header("content-type", "application/x-www-form-urlencoded");
    let client = client(auth_method);
    let secret = client.client_secret.as_deref().unwrap_or_default();
    let call = match auth_method {
        "client_secret_basic" => {
            let login = STANDARD.encode(format!("{}:{secret}", client.client_id));
            call.header("authorization", format!("Basic {login}"))
        }
        "client_secret_post" => {
            body.append_pair("client_id", &client.client_id).append_pair("client_secret", secret);
            call
        }
        _ => {
            body.append_pair("client_id", &client.client_id);
            call
        }
    };
    call.body(body.finish()).await
}

/// A part of a token: 0 is the header, 1 the claims.
fn part(tokens: &Answer, index: usize) -> Value {
    let tokens = tokens.clone().expect(200).json();
    let token = tokens["id_token"].as_str().unwrap_or_else(|| panic!("no id_token: {tokens}"));
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

/// The kids that the provider publishes.
async fn published(provider: &OpenIdProvider) -> Vec<String> {
    let set = Client::default().call(Method::GET, provider.jwks_url()).await.expect(200).json();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_person_signs_in_and_the_code_becomes_a_token_about_them() {
    let method = "client_secret_post";
    let provider = provider(method, Vec::new()).await;
    let callback = provider.sign_in(&address(&provider, &[]), "sara").await;
    assert!(callback.url.starts_with(&format!("{REDIRECT_URI}&")) && callback.form.is_none(), "{callback:?}");
    assert_eq!(callback.param("state").as_deref(), Some("a state & more"));
    assert_eq!(callback.param("from").as_deref(), Some("provider"));

    let tokens = exchange(&provider, method, &callback, VERIFIER).await;
    let header = part(&tokens, 0);
    assert_eq!(header["alg"], "RS256");
    assert_eq!(published(&provider).await, [header["kid"].as_str().unwrap()]);
    let claims = part(&tokens, 1);
    for (name, value) in [
        ("iss", json!(provider.issuer())),
        ("aud", json!("wasla")),
        ("sub", json!("sara")),
        ("nonce", json!(NONCE)),
        ("email", json!("sara@example.com")),
        ("email_verified", json!(true)),
        ("given_name", json!("سارة")),
        ("family_name", json!("العلي")),
        ("name", json!("سارة العلي")),
    ] {
        assert_eq!(claims[name], value, "{name} of {claims}");
    }

    // The code is spent.
    let again = exchange(&provider, method, &callback, VERIFIER).await;
    assert_eq!(again.expect(400).json()["error"], "invalid_grant");
}

#[tokio::test]
async fn codes_come_by_form_and_are_bound_to_their_verifier() {
    for method in ["client_secret_basic", "none"] {
        let provider = provider(method, Vec::new()).await;
        let address = address(&provider, &[("response_mode", "form_post"), ("scope", "openid")]);
        let callback = provider.sign_in(&address, "sara").await;
        assert_eq!(callback.url, REDIRECT_URI);
        assert!(
            callback.form.is_some() && callback.param("state").as_deref() == Some("a state & more"),
            "{callback:?}"
        );
        let claims = part(&exchange(&provider, method, &callback, VERIFIER).await, 1);
        assert_eq!((&claims["sub"], &claims["email"]), (&json!("sara"), &Value::Null), "scopes were not asked for");

        let another = provider.sign_in(&address, "sara").await;
        let refused = exchange(&provider, method, &another, &VERIFIER.replace('a', "b")).await;
        assert_eq!(refused.expect(400).json()["error"], "invalid_grant");
    }
}

#[tokio::test]
async fn who_declines_and_who_forgets_pkce_comes_back_with_an_error() {
    let provider = provider("client_secret_post", Vec::new()).await;
    for mode in ["query", "form_post"] {
        let callback = provider.decline(&address(&provider, &[("response_mode", mode)])).await;
        assert_eq!(callback.param("error").as_deref(), Some("access_denied"), "{callback:?}");
        assert_eq!(callback.param("state").as_deref(), Some("a state & more"));
        assert_eq!((callback.param("code"), callback.form.is_some()), (None, mode == "form_post"));

        let bare = [("response_mode", mode), ("code_challenge", ""), ("code_challenge_method", "")];
        let callback = provider.sign_in(&address(&provider, &bare), "sara").await;
        assert_eq!(callback.param("error").as_deref(), Some("invalid_request"), "{callback:?}");
    }
}

#[tokio::test]
async fn keys_can_be_given_and_rotated_while_a_code_is_under_way() {
    let method = "client_secret_post";
    let provider = provider(method, vec![generated_key("first").await]).await;
    let sign_in = async || provider.sign_in(&address(&provider, &[]), "sara").await;
    let callback = sign_in().await;
    assert_eq!(part(&exchange(&provider, method, &callback, VERIFIER).await, 0)["kid"], "first");

    let callback = sign_in().await;
    let second = provider.rotate_keys(true).await;
    assert_eq!(part(&exchange(&provider, method, &callback, VERIFIER).await, 0)["kid"], json!(second));
    assert_eq!(published(&provider).await, [second.as_str(), "first"]);

    let third = provider.rotate_keys(false).await;
    let callback = sign_in().await;
    assert_eq!(part(&exchange(&provider, method, &callback, VERIFIER).await, 0)["kid"], json!(third));
    assert_eq!(published(&provider).await, [third]);
}

/// A private RSA key as JWK.
async fn generated_key(kid: &str) -> Value {
    let script = "const { privateKey } = require('node:crypto').generateKeyPairSync('rsa', { modulusLength: 2048 });
        console.log(JSON.stringify(privateKey.export({ format: 'jwk' })))";
    let output = tokio::process::Command::new("node").args(["-e", script]).output().await.unwrap();
    let mut key: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    key["kid"] = json!(kid);
    key
}

#[tokio::test]
async fn redirect_addresses_can_be_learnt_later_and_others_are_refused() {
    let provider = provider("none", Vec::new()).await;
    let later = "http://127.0.0.1:4444/back";
    let address = address(&provider, &[("redirect_uri", later)]);
    let refused = std::panic::AssertUnwindSafe(provider.sign_in(&address, "sara"));
    let panic = futures::FutureExt::catch_unwind(refused).await.unwrap_err();
    let told = panic.downcast_ref::<String>().expect("a telling panic");
    assert!(told.contains("invalid_redirect_uri") && told.contains("status 400"), "{told}");

    provider.set_client(OpenIdClient { redirect_uris: vec![later.to_owned()], ..client("none") }).await;
    let callback = provider.sign_in(&address, "sara").await;
    assert!(callback.url.starts_with(later) && callback.param("code").is_some(), "{callback:?}");
}

#[tokio::test]
async fn a_provider_ends_with_its_test() {
    let provider = provider("none", Vec::new()).await;
    let address = provider.issuer().trim_start_matches("http://").to_owned();
    assert!(TcpStream::connect(&address).await.is_ok());
    drop(provider);
    for _ in 0..100 {
        if TcpStream::connect(&address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the provider still listens on {address}");
}

#[tokio::test]
async fn a_provider_ends_with_a_test_process_that_was_killed() {
    let mut command = tokio::process::Command::new("node");
    command.arg("provider.mjs").current_dir(tests::root().join("tests/openid")).kill_on_drop(true);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{}\n").await.unwrap();
    let ready = BufReader::new(child.stdout.take().unwrap()).lines().next_line().await.unwrap();
    assert!(ready.is_some_and(|line| line.contains("issuer")));
    // What the kernel does with the pipes of a killed process.
    drop(stdin);
    let ended = tokio::time::timeout(Duration::from_secs(30), child.wait()).await.expect("it ends by itself");
    assert!(ended.unwrap().success());
}
