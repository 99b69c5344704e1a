//! The seam around the host calls of the components: a [`Probe`] writes down every call and, where told, delays it, fails it, or
//! ends the instance there. Faults are bound to a request by its id, so that other requests of the same world are left alone.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use host::{Action, HostCall, HostCallKind, Outcome, Seam};

/// On which side of a call's effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It has not happened.
    Before,
    /// It has happened, and the component does not know yet.
    After,
}

/// Which calls a fault is for.
#[derive(Clone, Debug)]
enum At {
    /// The n-th host call of a request, from 0.
    Call { request_id: String, sequence: u32 },
    /// Every call of a kind, whoever makes it.
    Kind(HostCallKind),
}

struct Fault {
    at: At,
    side: Side,
    action: Action,
}

/// Writes down every host call, and does to it what it was told.
#[derive(Default)]
pub struct Probe {
    calls: Mutex<Vec<HostCall>>,
    faults: Mutex<Vec<Fault>>,
    /// Faults that took place.
    struck: Mutex<u32>,
}

impl Probe {
    /// A probe that only watches.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Does `action` at the n-th host call (from 0) of the request with this id.
    pub fn at(&self, request_id: &str, sequence: u32, side: Side, action: Action) {
        let at = At::Call { request_id: request_id.to_owned(), sequence };
        self.faults.lock().unwrap().push(Fault { at, side, action });
    }

    /// Does `action` at every call of a kind.
    pub fn at_every(&self, kind: HostCallKind, side: Side, action: Action) {
        self.faults.lock().unwrap().push(Fault { at: At::Kind(kind), side, action });
    }

    /// Forgets all faults.
    pub fn heal(&self) {
        self.faults.lock().unwrap().clear();
    }

    /// How many faults took place so far.
    pub fn struck(&self) -> u32 {
        *self.struck.lock().unwrap()
    }

    /// The calls of a request, in order.
    pub fn calls_of(&self, request_id: &str) -> Vec<HostCall> {
        let calls = self.calls.lock().unwrap();
        let mut calls: Vec<_> = calls.iter().filter(|call| &*call.request_id == request_id).cloned().collect();
        calls.sort_by_key(|call| call.sequence);
        calls
    }

    /// The SQL of a request, in order.
    pub fn statements_of(&self, request_id: &str) -> Vec<String> {
        let calls = self.calls_of(request_id).into_iter();
        calls
            .filter(|call| matches!(call.kind, HostCallKind::PgQuery | HostCallKind::PgExecute))
            .map(|call| call.detail)
            .collect()
    }

    fn strike(&self, call: &HostCall, side: Side) -> Action {
        let hit = |fault: &&Fault| {
            fault.side == side
                && match &fault.at {
                    At::Call { request_id, sequence } => **request_id == *call.request_id && *sequence == call.sequence,
                    At::Kind(kind) => *kind == call.kind,
                }
        };
        match self.faults.lock().unwrap().iter().find(hit) {
            Some(fault) => {
                *self.struck.lock().unwrap() += 1;
                fault.action
            }
            None => Action::Continue,
        }
    }
}

impl Seam for Probe {
    fn before<'a>(&'a self, call: &'a HostCall) -> BoxFuture<'a, Action> {
        self.calls.lock().unwrap().push(call.clone());
        let action = self.strike(call, Side::Before);
        Box::pin(std::future::ready(action))
    }

    fn after<'a>(&'a self, call: &'a HostCall, _: &'a Outcome) -> BoxFuture<'a, Action> {
        let action = self.strike(call, Side::After);
        Box::pin(std::future::ready(action))
    }
}

/// A probe that only counts.
pub struct CountingSeam;

impl CountingSeam {
    /// See [`Probe::statements_of`].
    #[expect(clippy::new_ret_no_self, reason = "a name for one use of the probe")]
    pub fn new() -> Arc<Probe> {
        Probe::new()
    }
}

/// Probes that end the instance.
pub struct KillSeam;

impl KillSeam {
    /// A probe that ends the instance at the n-th host call of a request.
    pub fn at(request_id: &str, sequence: u32, side: Side) -> Arc<Probe> {
        let probe = Probe::new();
        probe.at(request_id, sequence, side, Action::Kill);
        probe
    }
}

/// Probes that fail calls.
pub struct FailSeam;

impl FailSeam {
    /// A probe that fails every call of a kind before it has any effect.
    pub fn every(kind: HostCallKind) -> Arc<Probe> {
        let probe = Probe::new();
        probe.at_every(kind, Side::Before, Action::Fail);
        probe
    }
}

/// Probes that delay calls.
pub struct DelaySeam;

impl DelaySeam {
    /// A probe that delays every call of a kind.
    pub fn every(kind: HostCallKind, delay: Duration) -> Arc<Probe> {
        let probe = Probe::new();
        probe.at_every(kind, Side::Before, Action::Delay(delay));
        probe
    }
}
