//! A real OpenID Connect provider (`tests/openid`), and a person who signs in there with a browser.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::browser::{Browser, Callback, Page, Visit};
use crate::form::{Form, attribute};
use crate::{Client, place};

/// Longest wait for a line of the provider; it has to load its modules while other tests keep the processors busy.
const ANSWER: Duration = Duration::from_secs(60);

/// More pages than login and consent take.
const PAGES_MAX: usize = 5;

/// What the provider knows at its start.
#[derive(Clone, Debug, Default)]
pub struct OpenIdConfig {
    /// Applications that may ask for a sign-in.
    pub clients: Vec<OpenIdClient>,
    /// People.
    pub accounts: Vec<OpenIdAccount>,
    /// Private RSA keys as JWKs; the first one signs. Without any, the provider generates one.
    pub keys: Vec<Value>,
}

/// An application that may ask for a sign-in.
#[derive(Clone, Debug)]
pub struct OpenIdClient {
    /// Its id.
    pub client_id: String,
    /// Its secret; none with `auth_method` `none`.
    pub client_secret: Option<String>,
    /// How it shows the secret at the token endpoint: `client_secret_post`, `client_secret_basic` or `none`.
    pub auth_method: String,
    /// Where browsers may be sent back to, compared exactly.
    pub redirect_uris: Vec<String>,
}

impl OpenIdClient {
    /// As client metadata (OpenID Connect Dynamic Client Registration 1.0, section 2).
    fn metadata(&self) -> Value {
        let mut metadata = json!({
            "client_id": self.client_id,
            "token_endpoint_auth_method": self.auth_method,
            "redirect_uris": self.redirect_uris,
        });
        if let Some(secret) = &self.client_secret {
            metadata["client_secret"] = json!(secret);
        }
        metadata
    }
}

/// A person whom the provider knows.
#[derive(Clone, Debug)]
pub struct OpenIdAccount {
    /// What they type on the login page; also their `sub`.
    pub login: String,
    /// An object of `email`, `email_verified`, `given_name`, `family_name` and `name`, each as wanted.
    pub claims: Value,
}

/// A provider in a process of its own, which ends with this value.
pub struct OpenIdProvider {
    endpoints: Endpoints,
    logins: Vec<String>,
    client: Client,
    process: tokio::sync::Mutex<Process>,
}

/// Where it is, as it says itself.
struct Endpoints {
    issuer: String,
    authorization: String,
    token: String,
    jwks: String,
}

impl OpenIdProvider {
    /// Starts a provider on a free port; panics with what is missing, or with what it said, when it does not get ready.
    pub async fn start(config: OpenIdConfig) -> Self {
        let mut process = Process::spawn();
        let accounts: Map<_, _> =
            config.accounts.iter().map(|account| (account.login.clone(), account.claims.clone())).collect();
        let clients: Vec<_> = config.clients.iter().map(OpenIdClient::metadata).collect();
        let ready = process.ask(&json!({ "clients": clients, "accounts": accounts, "keys": config.keys })).await;
        let endpoints = Endpoints {
            issuer: text(&ready, "issuer"),
            authorization: text(&ready, "authorization_url"),
            token: text(&ready, "token_url"),
            jwks: text(&ready, "jwks_url"),
        };
        let logins = accounts.into_iter().map(|(login, _)| login).collect();
        Self { endpoints, logins, client: Client::default(), process: tokio::sync::Mutex::new(process) }
    }

    /// Its name in tokens, and its origin: no slash at the end.
    pub fn issuer(&self) -> &str {
        &self.endpoints.issuer
    }

    /// Its public keys.
    pub fn jwks_url(&self) -> &str {
        &self.endpoints.jwks
    }

    /// Where browsers begin, without a query.
    pub fn authorization_url(&self) -> &str {
        &self.endpoints.authorization
    }

    /// Where codes are exchanged.
    pub fn token_url(&self) -> &str {
        &self.endpoints.token
    }

    /// Opens the URL in a browser without a past, logs in and consents; returns how the browser left. Panics when it does not.
    pub async fn sign_in(&self, authorization_url: &str, login: &str) -> Callback {
        assert!(self.logins.iter().any(|known| known == login), "no account {login:?}, only {:?}", self.logins);
        self.tell(self.visit(authorization_url, Some(login)).await).await
    }

    /// Opens the URL in a browser without a past and cancels on the login page; returns how the browser left.
    pub async fn decline(&self, authorization_url: &str) -> Callback {
        self.tell(self.visit(authorization_url, None).await).await
    }

    /// Makes a new key sign from now on, and returns its `kid`; the keys before it stay published with `keep_old`.
    pub async fn rotate_keys(&self, keep_old: bool) -> String {
        let answer = self.process.lock().await.ask(&json!({ "rotate": true, "keep_old": keep_old })).await;
        text(&answer, "kid")
    }

    /// Adds a client, or puts it in the place of the one with its id: for redirect URIs that are known later than the issuer.
    pub async fn set_client(&self, client: OpenIdClient) {
        self.process.lock().await.ask(&json!({ "client": client.metadata() })).await;
    }

    async fn visit(&self, url: &str, login: Option<&str>) -> Result<Callback, String> {
        let mut browser = Browser::new(self.client.clone(), &self.endpoints.issuer)?;
        let mut visit = browser.open(url).await?;
        for _ in 0..PAGES_MAX {
            let page = match visit {
                Visit::Left(callback) => return Ok(callback),
                Visit::Page(page) => page,
            };
            visit = match login {
                Some(login) => {
                    // Login and consent, each a form of its own.
                    let form = Form::holding(&page.text, "name=\"prompt\"")?;
                    browser.submit(&page, &form, &[("login", login), ("password", "any")]).await?
                }
                None => browser.open(&abort_link(&page)?).await?,
            };
        }
        Err(format!("{url}: still at the provider after {PAGES_MAX} pages: {visit:?}"))
    }

    /// The result, or a panic that adds what the provider complained about.
    async fn tell(&self, result: Result<Callback, String>) -> Callback {
        match result {
            Ok(callback) => callback,
            Err(error) => panic!("{error}\nthe provider said:\n{}", self.process.lock().await.said()),
        }
    }
}

fn abort_link(page: &Page) -> Result<String, String> {
    let mut links = page.text.split("<a").skip(1).filter_map(|tag| attribute(tag, "href"));
    links.find(|link| link.ends_with("/abort")).ok_or_else(|| format!("no link to cancel in this page: {}", page.text))
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("the provider answered without {name}: {answer}")).to_owned()
}

/// The provider's process: answers each line with a line, and ends when its standard input does.
struct Process {
    child: Child,
    stdin: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    said: Arc<Mutex<String>>,
    listener: JoinHandle<()>,
}

impl Process {
    fn spawn() -> Self {
        let folder = place::root().join("tests/openid");
        assert!(
            folder.join("node_modules/oidc-provider").is_dir(),
            "the OpenID Connect provider is not installed: run `cargo xtask test --env`, or `npm ci --ignore-scripts` in tests/openid"
        );
        let mut command = Command::new("node");
        command.arg("provider.mjs").current_dir(folder).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run `node` (Node.js 18 or newer is needed): {error}"));
        let stdin = child.stdin.take().expect("a piped standard input");
        let answers = BufReader::new(child.stdout.take().expect("a piped standard output")).lines();
        let mut complaints = BufReader::new(child.stderr.take().expect("a piped standard error")).lines();
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        let listener = tokio::spawn(async move {
            while let Ok(Some(line)) = complaints.next_line().await {
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.push_str(&line);
                heard.push('\n');
            }
        });
        Self { child, stdin, answers, said, listener }
    }

    /// Sends a line and reads the answer; panics with what the process said when none comes.
    async fn ask(&mut self, command: &Value) -> Value {
        // A process that has died takes no line; its silence below tells more than this error.
        let _ = self.stdin.write_all(format!("{command}\n").as_bytes()).await;
        let _ = self.stdin.flush().await;
        let answer = match timeout(ANSWER, self.answers.next_line()).await {
            Ok(Ok(Some(line))) => serde_json::from_str(&line).map_err(|error| format!("answered {line:?}: {error}")),
            Ok(Ok(None)) => Err(self.last_words().await),
            Ok(Err(error)) => Err(format!("cannot be read: {error}")),
            Err(_) => Err(format!("gave no answer within {} s", ANSWER.as_secs())),
        };
        answer.unwrap_or_else(|error| {
            panic!(
                "the OpenID Connect provider {error} (a broken installation? `npm ci` in tests/openid)\n{}",
                self.said()
            )
        })
    }

    /// How it ended, once everything it said has been read.
    async fn last_words(&mut self) -> String {
        let ended = async {
            let _ = (&mut self.listener).await;
            self.child.wait().await
        };
        match timeout(ANSWER, ended).await {
            Ok(Ok(status)) => format!("ended ({status})"),
            _ => "closed its output".to_owned(),
        }
    }

    fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
