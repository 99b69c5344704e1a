//! Progress on standard error: a spinner where somebody watches, plain lines elsewhere; never silent for long.

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How often a step without a terminal says that it is still at work.
const HEARTBEAT: Duration = Duration::from_secs(8);

/// One line of work that is under way; dropped without `done`, it is shown as failed.
pub struct Step {
    label: String,
    started: Instant,
    shown: Shown,
    finished: bool,
}

enum Shown {
    Spinner(ProgressBar),
    /// The thread stops when its sender is dropped.
    Lines {
        _heartbeat: mpsc::Sender<()>,
    },
    Quiet,
}

impl Step {
    /// A step that prints nothing by itself.
    pub fn start(label: &str) -> Self {
        if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed:.dim}") {
                bar.set_style(style);
            }
            bar.set_message(label.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            return Self::new(label, Shown::Spinner(bar));
        }
        Self::with_lines(label)
    }

    /// A step during which a child (cargo, apt) writes to the terminal itself.
    pub fn start_streaming(label: &str) -> Self {
        if std::io::stderr().is_terminal() {
            eprintln!("• {label}");
            return Self::new(label, Shown::Quiet);
        }
        Self::with_lines(label)
    }

    fn with_lines(label: &str) -> Self {
        eprintln!("• {label}");
        let (sender, receiver) = mpsc::channel::<()>();
        let (name, started) = (label.to_owned(), Instant::now());
        thread::spawn(move || {
            while receiver.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
                eprintln!("  … {name}: {} s", started.elapsed().as_secs());
            }
        });
        Self::new(label, Shown::Lines { _heartbeat: sender })
    }

    fn new(label: &str, shown: Shown) -> Self {
        Self { label: label.to_owned(), started: Instant::now(), shown, finished: false }
    }

    /// Ends the step well; `note` says what came of it and may be empty.
    pub fn done(mut self, note: &str) {
        self.finished = true;
        self.end('✓', note);
    }

    fn end(&self, mark: char, note: &str) {
        if let Shown::Spinner(bar) = &self.shown {
            bar.finish_and_clear();
        }
        let separator = if note.is_empty() { "" } else { ": " };
        eprintln!("{mark} {}{separator}{note} ({:.1} s)", self.label, self.started.elapsed().as_secs_f32());
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.finished {
            self.end('✗', "");
        }
    }
}

/// One line of information beside the steps.
pub fn note(text: &str) {
    eprintln!("  {text}");
}
