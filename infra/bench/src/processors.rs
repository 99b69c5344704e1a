//! Who used the processors: a number measured while others compile is no number.

use std::fs;

use crate::memory::family;

/// Clock ticks that were spent by a moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ticks {
    /// By every program of the machine, idle time apart; stolen ones of a virtual machine included.
    busy: u64,
    /// By all processors together, idle time included.
    all: u64,
    /// By the programs that belong to the measurement.
    own: u64,
}

impl Ticks {
    /// The ticks until now; `servers` are those that belong to the measurement beside this process and its dead children.
    pub fn now(servers: &[u32], postgres: Option<u32>) -> Self {
        let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
        let (busy, all) = parse_machine(&stat);
        let mut pids = servers.to_vec();
        pids.push(std::process::id());
        pids.extend(postgres.map(family).unwrap_or_default());
        Self { busy, all, own: ticks_of(&pids) }
    }

    /// Which hundredths of all processors others used after `earlier`.
    pub fn percent_of_others_since(&self, earlier: &Self) -> f64 {
        let all = self.all.saturating_sub(earlier.all).max(1);
        let busy = self.busy.saturating_sub(earlier.busy);
        100.0 * busy.saturating_sub(self.own.saturating_sub(earlier.own)) as f64 / all as f64
    }
}

/// Processor time of a server and of the processes it started, from the moment the meter is made.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    server: Option<u32>,
    before: u64,
}

impl Meter {
    /// Starts to measure a server; without one, there is nothing to measure.
    pub fn start(server: Option<u32>) -> Self {
        Self { server, before: ticks_of_family(server) }
    }

    /// Microseconds of processor time since the start for each of `times`. Unlike a rate, this says the same on a busy machine.
    pub fn microseconds_each(&self, times: u64) -> f64 {
        let ticks = ticks_of_family(self.server).saturating_sub(self.before) as f64;
        ticks * 1e6 / rustix::param::clock_ticks_per_second() as f64 / times.max(1) as f64
    }
}

fn ticks_of_family(server: Option<u32>) -> u64 {
    ticks_of(&server.map(family).unwrap_or_default())
}

fn ticks_of(pids: &[u32]) -> u64 {
    let stat = pids.iter().map(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default());
    stat.map(|text| parse_process(&text)).sum()
}

/// Busy and all ticks of `cpu  user nice system idle iowait irq softirq steal …`.
fn parse_machine(text: &str) -> (u64, u64) {
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = line.split_whitespace().skip(1).take(8).filter_map(|word| word.parse().ok()).collect();
    let all = ticks.iter().sum();
    let idle: u64 = ticks.iter().skip(3).take(2).sum();
    (all - idle, all)
}

/// User and system ticks of a process and of its children that ended: fields 14 to 17 of `/proc/<pid>/stat`.
fn parse_process(text: &str) -> u64 {
    let after_name = text.rsplit(") ").next().unwrap_or_default();
    after_name.split(' ').skip(11).take(4).filter_map(|word| word.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_what_is_busy_and_not_ours() {
        assert_eq!(parse_machine("cpu  10 1 5 80 4 0 0 0 0 0\ncpu0 1 1 1\n"), (16, 100));
        let process = "7 (a b) c) S 1 7 7 0 -1 4194560 100 0 0 0 30 12 5 3 20 0 1 0 100 1 1";
        assert_eq!(parse_process(process), 50);
        let (earlier, later) = (Ticks::default(), Ticks { busy: 60, all: 100, own: 50 });
        assert!((later.percent_of_others_since(&earlier) - 10.0).abs() < 1e-9);
    }
}
