//! A browser for the pages of one origin: keeps cookies, follows redirects, sends forms, and tells how it left.

use http::Method;
use http::header::SET_COOKIE;
use url::{Url, form_urlencoded};

use crate::form::Form;
use crate::{Answer, Call, Client};

/// More redirects in a row than any page needs.
const REDIRECTS_MAX: usize = 20;

/// How a browser left the pages of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Target of the redirect with its query, or the action of the form that the page sends by itself.
    pub url: String,
    /// Fields of that form (`response_mode=form_post`).
    pub form: Option<Vec<(String, String)>>,
}

impl Callback {
    /// A parameter, decoded: of the form if there is one, else of the URL's query.
    pub fn param(&self, name: &str) -> Option<String> {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        match &self.form {
            Some(form) => form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()),
            None => {
                form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into())
            }
        }
    }
}

/// Where a step led to.
#[derive(Clone, Debug)]
pub enum Visit {
    /// A page of the origin.
    Page(Page),
    /// Elsewhere; nothing was requested there.
    Left(Callback),
}

/// A page of the origin.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its address.
    pub url: Url,
    /// Its HTML.
    pub text: String,
}

struct Cookie {
    name: String,
    value: String,
    path: String,
}

/// A browser that was just installed.
pub struct Browser {
    client: Client,
    /// The one origin that it visits, so cookies need no domain.
    origin: Url,
    cookies: Vec<Cookie>,
}

impl Browser {
    /// A browser for the pages of `origin`.
    ///
    /// # Errors
    /// When that is no URL.
    pub fn new(client: Client, origin: &str) -> Result<Self, String> {
        let origin = origin.parse().map_err(|error| format!("{origin}: {error}"))?;
        Ok(Self { client, origin, cookies: Vec::new() })
    }

    /// Opens a URL of the origin, or a link of one of its pages.
    ///
    /// # Errors
    /// When it is elsewhere, or when no page answers.
    pub async fn open(&mut self, url: &str) -> Result<Visit, String> {
        let url = resolve(&self.origin, url)?;
        if !self.is_here(&url) {
            return Err(format!("{url} is not at {}", self.origin));
        }
        self.send(self.client.call(Method::GET, url.as_str()), url).await
    }

    /// Sends a form of a page with some of its fields filled in.
    ///
    /// # Errors
    /// When no page answers.
    pub async fn submit(&mut self, page: &Page, form: &Form, filled: &[(&str, &str)]) -> Result<Visit, String> {
        let url = resolve(&page.url, &form.action)?;
        let mut body = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &form.fields {
            let typed = filled.iter().find(|(field, _)| field == name);
            body.append_pair(name, typed.map_or(value, |(_, typed)| typed));
        }
        let call = self.client.call(Method::POST, url.as_str());
        let call = call.header("content-type", "application/x-www-form-urlencoded").body(body.finish());
        self.send(call, url).await
    }

    async fn send(&mut self, mut call: Call, mut url: Url) -> Result<Visit, String> {
        for _ in 0..REDIRECTS_MAX {
            let cookies = self.cookies_for(url.path());
            let answer = if cookies.is_empty() { call } else { call.header("cookie", cookies) }.attempt().await?;
            self.keep_cookies(&answer);
            if !(300..400).contains(&answer.status) {
                return self.read(url, &answer);
            }
            let target = answer.header("location").ok_or_else(|| format!("{url}: a redirect to nowhere"))?;
            let target_url = resolve(&url, target)?;
            if !self.is_here(&target_url) {
                return Ok(Visit::Left(Callback { url: target.to_owned(), form: None }));
            }
            url = target_url;
            call = self.client.call(Method::GET, url.as_str());
        }
        Err(format!("{url}: more than {REDIRECTS_MAX} redirects"))
    }

    /// A page that sends its form elsewhere by itself is a way of leaving, whatever its status.
    fn read(&self, url: Url, answer: &Answer) -> Result<Visit, String> {
        let text = answer.text();
        if text.contains("document.forms[0].submit()") {
            let form = Form::holding(&text, "<input")?;
            if !self.is_here(&resolve(&url, &form.action)?) {
                return Ok(Visit::Left(Callback { url: form.action, form: Some(form.fields) }));
            }
        }
        if answer.is_success() {
            Ok(Visit::Page(Page { url, text }))
        } else {
            Err(format!("{url}: status {}: {text}", answer.status))
        }
    }

    fn is_here(&self, url: &Url) -> bool {
        url.origin() == self.origin.origin()
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for header in answer.headers.get_all(SET_COOKIE) {
            let text = String::from_utf8_lossy(header.as_bytes());
            let mut parts = text.split(';').map(|part| part.trim().split_once('=').unwrap_or((part.trim(), "")));
            let (name, value) = parts.next().unwrap_or_default();
            let path = parts.find(|(name, _)| name.eq_ignore_ascii_case("path")).map_or("/", |(_, path)| path);
            self.cookies.retain(|cookie| cookie.name != name || cookie.path != path);
            // A cookie is taken back by an empty one of the past.
            if !value.is_empty() {
                self.cookies.push(Cookie { name: name.to_owned(), value: value.to_owned(), path: path.to_owned() });
            }
        }
    }

    fn cookies_for(&self, path: &str) -> String {
        let fitting = self.cookies.iter().filter(|cookie| covers(&cookie.path, path));
        fitting.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect::<Vec<_>>().join("; ")
    }
}

/// Whether a cookie of `folder` is sent to `path`.
fn covers(folder: &str, path: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || folder.ends_with('/'))
}

fn resolve(base: &Url, target: &str) -> Result<Url, String> {
    base.join(target).map_err(|error| format!("{target}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_go_to_their_folder_alone() {
        assert!(covers("/", "/auth") && covers("/auth/a", "/auth/a") && covers("/auth/a", "/auth/a/b"));
        assert!(!covers("/auth/a", "/auth/ab") && !covers("/auth/a", "/auth"));
    }

    #[test]
    fn parameters_are_those_of_the_form_or_decoded_ones_of_the_query() {
        let mut callback = Callback { url: "http://x/cb?code=a%2Bb+c&state=#z".to_owned(), form: None };
        assert_eq!(callback.param("code").as_deref(), Some("a+b c"));
        assert_eq!((callback.param("state").as_deref(), callback.param("error")), (Some(""), None));
        callback.form = Some(vec![("error".to_owned(), "a%2B".to_owned())]);
        assert_eq!((callback.param("error").as_deref(), callback.param("code")), (Some("a%2B"), None));
    }
}
