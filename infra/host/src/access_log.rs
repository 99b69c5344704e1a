//! The log: JSON lines on standard error, written by a thread of its own so that a slow reader never slows a request.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;

use anyhow::Context as _;
use chrono::{SecondsFormat, Utc};

use crate::trace::TraceId;

/// Hexadecimal digits of an id, at least.
const ID_DIGITS_MIN: usize = 16;
/// Lines that may wait; what comes while so many wait is dropped and counted.
const LINES_MAX: usize = 8192;
/// How long lines gather: a thread that waited for each of them would have to be woken by each request.
const GATHER: Duration = Duration::from_millis(10);
/// Lines written at once.
const WRITE_BYTES: usize = 64 * 1024;

/// The way to the writing thread.
#[derive(Clone)]
pub struct Log {
    /// `None` when the log is switched off.
    lines: Option<SyncSender<Line>>,
    metrics: Arc<crate::metrics::Metrics>,
}

enum Line {
    Text(String),
    /// Write everything before this, then say so.
    Flush(SyncSender<()>),
}

/// What is known of a request when its response ends.
pub struct Entry<'a> {
    pub request_id: &'a str,
    pub trace_id: Option<TraceId>,
    pub method: &'a str,
    /// Without the query string, which may hold tokens. Long ids in it are not written: one may be the key to what it names.
    pub path: &'a str,
    pub status: u16,
    pub duration: Duration,
    pub bytes: u64,
    /// Empty when the host answered by itself.
    pub component: &'a str,
    pub client: std::net::SocketAddr,
}

impl Log {
    /// Starts the writing thread, unless the log is off.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(enabled: bool, metrics: Arc<crate::metrics::Metrics>) -> anyhow::Result<Self> {
        if !enabled {
            return Ok(Self { lines: None, metrics });
        }
        let (sender, receiver) = mpsc::sync_channel(LINES_MAX);
        std::thread::Builder::new()
            .name("log".into())
            .spawn(move || write_lines(&receiver))
            .context("cannot start the log")?;
        Ok(Self { lines: Some(sender), metrics })
    }

    /// Whether requests are logged.
    pub fn is_enabled(&self) -> bool {
        self.lines.is_some()
    }

    /// Logs a request.
    pub fn request(&self, entry: &Entry<'_>) {
        let Some(lines) = &self.lines else { return };
        self.send(lines, request_line(entry));
    }

    /// Logs something else; also when the access log is off, for what is worth an event is worth reading.
    pub fn event(&self, level: &str, message: &str, detail: &str) {
        let mut line = begin(level);
        push_text(&mut line, "message", message);
        push_text(&mut line, "detail", detail);
        line.push_str("}\n");
        match &self.lines {
            Some(lines) => self.send(lines, line),
            None => drop(std::io::stderr().write_all(line.as_bytes())),
        }
    }

    /// Returns when everything logged so far is written, or after a second.
    pub fn flush(&self) {
        let Some(lines) = &self.lines else { return };
        let (done, written) = mpsc::sync_channel(1);
        if lines.send(Line::Flush(done)).is_ok() {
            let _ = written.recv_timeout(Duration::from_secs(1));
        }
    }

    fn send(&self, lines: &SyncSender<Line>, line: String) {
        if lines.try_send(Line::Text(line)).is_err() {
            self.metrics.log_dropped.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

fn write_lines(lines: &mpsc::Receiver<Line>) {
    let mut buffer = String::with_capacity(WRITE_BYTES * 2);
    let mut flushed = Vec::new();
    while let Ok(first) = lines.recv() {
        if matches!(first, Line::Text(_)) {
            std::thread::sleep(GATHER);
        }
        let mut next = Some(first);
        while let Some(line) = next {
            match line {
                Line::Text(text) => buffer.push_str(&text),
                Line::Flush(done) => flushed.push(done),
            }
            next = if buffer.len() < WRITE_BYTES { lines.try_recv().ok() } else { None };
        }
        // There is nowhere to report that standard error is gone.
        let _ = std::io::stderr().write_all(buffer.as_bytes());
        buffer.clear();
        for done in flushed.drain(..) {
            let _ = done.send(());
        }
    }
}

fn request_line(entry: &Entry<'_>) -> String {
    let level = if entry.status >= 500 { "error" } else { "info" };
    let mut line = begin(level);
    push_text(&mut line, "request_id", entry.request_id);
    if let Some(trace_id) = entry.trace_id {
        let _ = write!(line, r#","trace_id":"{trace_id}""#);
    }
    push_text(&mut line, "method", entry.method);
    push_text(&mut line, "path", &without_ids(entry.path));
    let Entry { status, bytes, client, .. } = entry;
    let duration_ms = entry.duration.as_secs_f64() * 1e3;
    let _ = write!(line, r#","status":{status},"duration_ms":{duration_ms:.3},"bytes":{bytes}"#);
    push_text(&mut line, "component", entry.component);
    let _ = writeln!(line, ",\"client\":\"{client}\"}}");
    line
}

/// A path in which `*` stands for the hexadecimal digits at a segment's end, when there are as many as only an id has.
fn without_ids(path: &str) -> Cow<'_, str> {
    fn name(segment: &str) -> &str {
        segment.trim_end_matches(|c: char| c.is_ascii_hexdigit())
    }
    let has_id = |segment: &str| segment.len() - name(segment).len() >= ID_DIGITS_MIN;
    if !path.split('/').any(has_id) {
        return Cow::Borrowed(path);
    }
    let shown =
        |segment| if has_id(segment) { Cow::Owned(format!("{}*", name(segment))) } else { Cow::Borrowed(segment) };
    Cow::Owned(path.split('/').map(shown).collect::<Vec<Cow<'_, str>>>().join("/"))
}

fn begin(level: &str) -> String {
    let mut line = String::with_capacity(320);
    let time = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    let _ = write!(line, r#"{{"time":"{time}","level":"{level}""#);
    line
}

/// Appends a member, escaped; a client chooses some of these texts.
fn push_text(line: &mut String, name: &str, text: &str) {
    let _ = write!(line, ",\"{name}\":\"");
    let harmless = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if text.bytes().all(harmless) {
        line.push_str(text);
        line.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            c if c.is_control() => drop(write!(line, "\\u{:04x}", u32::from(c))),
            c => line.push(c),
        }
    }
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_in_a_path_is_not_written() {
        for (path, shown) in [
            ("/carts/crt_00112233445566778899aabbccddeeff/items", "/carts/crt_*/items"),
            ("/webhooks/00112233445566778899AABBCCDDEEFF", "/webhooks/*"),
            ("/products/moka-pot", "/products/moka-pot"),
            ("/facade/decade/", "/facade/decade/"),
            ("/é0123456789abcdef", "/é*"),
        ] {
            assert_eq!(without_ids(path), shown);
        }
    }

    #[test]
    fn a_line_is_json_whatever_the_client_sends() {
        let entry = Entry {
            request_id: "r-1",
            trace_id: None,
            method: "GET",
            path: "/a\"b\\c\nd\u{7f}é",
            status: 200,
            duration: Duration::from_micros(1500),
            bytes: 12,
            component: "web",
            client: "127.0.0.1:9".parse().unwrap(),
        };
        let line = request_line(&entry);
        assert_eq!(line.matches('\n').count(), 1);
        let parsed: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(parsed["path"], entry.path);
        assert_eq!(parsed["duration_ms"], 1.5);
        assert_eq!(parsed["level"], "info");
        assert_eq!(parsed["client"], "127.0.0.1:9");
    }
}
