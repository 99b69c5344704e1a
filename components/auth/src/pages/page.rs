//! One page: what it says, the form it has, and where it leads on.

use askama::Template;
use axum::response::{IntoResponse, Response};
use commerce_app::messages::Language;
use commerce_domain::AccountKind;
use commerce_http::{Ctx, Problem, Rendered};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode};

use super::prefix;
use super::words::{ARABIC, ENGLISH, Words};

/// No script, style or form target but our own; nothing is framed.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// A page, before anything is said on it.
#[derive(Template)]
#[template(path = "page.html")]
pub struct Page {
    lang: &'static str,
    dir: &'static str,
    shop: String,
    title: &'static str,
    told: Vec<String>,
    wrong: Option<&'static str>,
    form: Option<Form>,
    session: Option<Session>,
    renew: Option<&'static str>,
    links: Vec<(String, &'static str)>,
}

/// A form that is posted to the page itself.
pub struct Form {
    action: String,
    hidden: Vec<(&'static str, String)>,
    fields: Vec<Field>,
    submit: &'static str,
}

/// A field of a form.
pub struct Field {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    dir: &'static str,
    value: String,
    required: bool,
}

/// A session that the page can end.
struct Session {
    api: &'static str,
    csrf: String,
    sign_out: &'static str,
}

impl Field {
    /// An e-mail address, a password, a code or a token: left to right, and required.
    pub fn latin(name: &'static str, label: &'static str, kind: &'static str, autocomplete: &'static str) -> Self {
        Self { name, label, kind, autocomplete, dir: "ltr", value: String::new(), required: true }
    }

    /// A text in whatever script, which may be empty.
    pub fn text(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self { name, label, kind: "text", autocomplete, dir: "auto", value: String::new(), required: false }
    }

    /// The same, filled in.
    pub fn holding(self, value: &str) -> Self {
        Self { value: value.to_owned(), ..self }
    }

    /// The same, which may stay empty.
    pub fn optional(self) -> Self {
        Self { required: false, ..self }
    }
}

impl Form {
    /// A form of these fields.
    pub fn new(action: String, fields: Vec<Field>, submit: &'static str) -> Self {
        Self { action, hidden: Vec::new(), fields, submit }
    }

    /// With a value that the reader does not see.
    pub fn hidden(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.hidden.push((name, value.into()));
        self
    }
}

impl Page {
    /// An empty page in the reader's language; costs a statement when no cache knows the shop.
    pub async fn new(ctx: &Ctx, title: impl FnOnce(&Words) -> &'static str) -> Result<(Self, &'static Words), Problem> {
        let tenant = ctx.require_tenant().await?;
        let language = Language::pick(&ctx.langs()).or_else(|| Language::pick(&[&tenant.locale]));
        let (words, lang, dir) = match language.unwrap_or(Language::Arabic) {
            Language::Arabic => (&ARABIC, "ar", "rtl"),
            Language::English => (&ENGLISH, "en", "ltr"),
        };
        let name = tenant.name.get(lang).or_else(|| tenant.name.get(&tenant.locale));
        let page = Self {
            lang,
            dir,
            shop: name.unwrap_or(&tenant.slug).clone(),
            title: title(words),
            told: Vec::new(),
            wrong: None,
            form: None,
            session: None,
            renew: None,
            links: Vec::new(),
        };
        Ok((page, words))
    }

    /// With a paragraph.
    pub fn tell(mut self, line: impl Into<String>) -> Self {
        self.told.push(line.into());
        self
    }

    /// With a form.
    pub fn form(self, form: Form) -> Self {
        Self { form: Some(form), ..self }
    }

    /// With a way to another page of these people.
    pub fn link(mut self, kind: AccountKind, path: &str, label: &'static str) -> Self {
        self.links.push((format!("{}{path}", prefix(kind)), label));
        self
    }

    /// With a button that ends the session.
    pub fn sign_out(self, api: &'static str, csrf: String, sign_out: &'static str) -> Self {
        Self { session: Some(Session { api, csrf, sign_out }), ..self }
    }

    /// Which tries to let a session go on whose access token has run out.
    pub fn renewing(self, api: &'static str) -> Self {
        Self { renew: Some(api), ..self }
    }

    /// The page as an answer.
    pub fn show(&self) -> Result<Response, Problem> {
        let html = self.render().map_err(|_| Problem::internal())?;
        let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)];
        Ok((headers, html).into_response())
    }

    /// The page with what went wrong, under the status of that. A fault of ours is no matter of the page.
    pub fn refuse(mut self, words: &'static Words, problem: Problem) -> Result<Response, Problem> {
        if problem.status().is_server_error() {
            return Err(problem);
        }
        self.wrong = Some(words.problem(problem.reason()));
        let mut response = self.show()?;
        *response.status_mut() = problem.status();
        response.extensions_mut().insert(Rendered(problem));
        Ok(response)
    }
}

/// Sends the browser on, to be asked for by GET.
pub fn see_other(target: &str) -> Result<Response, Problem> {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(target).map_err(|_| Problem::internal())?);
    Ok(response)
}
