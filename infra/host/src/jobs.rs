//! Jobs: requests that the host sends to the application's own components at intervals.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderValue, Method, Request};
use http_body_util::BodyExt as _;
use tokio::time::MissedTickBehavior;

use crate::allowed_hosts::SERVICE_CHAINING_SUFFIX;
use crate::app::AppInner;
use crate::body;
use crate::config::Jobs;
use crate::metrics::Tick;
use crate::variables::Variables;

/// One entry of `[jobs.ticks]`.
#[derive(Clone)]
pub struct Job {
    name: String,
    /// For `http://<component>.spin.internal/path`: that component, whatever its routes.
    component: Option<String>,
    path: String,
    interval: Duration,
    authorization: Option<HeaderValue>,
}

impl Job {
    /// Reads the configuration.
    ///
    /// # Errors
    /// Naming the path or the variable at fault.
    pub fn all(config: &Jobs, variables: &Variables) -> anyhow::Result<Vec<Self>> {
        let authorization = match &config.token_variable {
            None => None,
            Some(name) => {
                let token =
                    variables.get(name).with_context(|| format!("token_variable: there is no variable {name:?}"))?;
                let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
                    .context("token_variable: not fit for a header")?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        config
            .ticks
            .iter()
            .map(|(name, &interval)| {
                let (component, path) = split(name)?;
                Ok(Self { name: name.clone(), component, path, interval, authorization: authorization.clone() })
            })
            .collect()
    }

    /// The key in the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The component that it names, if it does.
    pub fn component(&self) -> Option<&str> {
        self.component.as_deref()
    }

    /// The path of its requests.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Sends a request at every interval, for ever, to the host that answers on `port`. A tick that comes while the last request runs is
    /// skipped.
    pub async fn run(self, app: Arc<AppInner>, port: u16) {
        let mut ticks = tokio::time::interval(self.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        // The first tick is immediate, and nobody is ready for it at start.
        ticks.tick().await;
        loop {
            let due = ticks.tick().await;
            self.tick(&app, port).await;
            let missed = due.elapsed().as_millis() / self.interval.as_millis().max(1);
            for _ in 0..missed {
                app.metrics.count_tick(&self.name, Tick::Skipped);
            }
        }
    }

    async fn tick(&self, app: &AppInner, port: u16) {
        let mut request = Request::new(body::for_guest(http_body_util::Empty::new()));
        *request.method_mut() = Method::POST;
        let uri = if self.component.is_some() { &self.name } else { &self.path };
        if let Ok(uri) = uri.parse() {
            *request.uri_mut() = uri;
        }
        // With the port: what a job writes may lead back here.
        if let Ok(host) = HeaderValue::from_str(&format!("localhost:{port}")) {
            request.headers_mut().insert(HOST, host);
        }
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        let response = match &self.component {
            Some(id) => app.handle_chained(id, request).await,
            None => Some(app.handle_internal(request).await),
        };
        let Some(response) = response else { return };
        let succeeded = response.status().is_success();
        let whole = response.into_body().collect().await.is_ok();
        app.metrics.count_tick(&self.name, if succeeded && whole { Tick::Run } else { Tick::Failed });
    }
}

fn split(name: &str) -> anyhow::Result<(Option<String>, String)> {
    let (component, path) = match name.strip_prefix("http://") {
        None => (None, name),
        Some(rest) => {
            let (host, _) = rest.split_once('/').unwrap_or((rest, ""));
            let id = host.strip_suffix(SERVICE_CHAINING_SUFFIX);
            let id = id.with_context(|| format!("{name:?}: the host is not <component>{SERVICE_CHAINING_SUFFIX}"))?;
            (Some(id.to_owned()), rest.strip_prefix(host).unwrap_or_default())
        }
    };
    ensure!(path.starts_with('/') && path.parse::<http::Uri>().is_ok(), "{name:?} is not a path");
    Ok((component, path.to_owned()))
}
