//! Memory of processes, as Linux tells it.

use std::fs;

/// Memory of some processes together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Resident set, shared pages counted in every process, in KiB.
    pub rss_kib: u64,
    /// Proportional set: shared pages divided among those who share them, in KiB; 0 where it cannot be read.
    pub pss_kib: u64,
}

impl Memory {
    /// The memory of these processes; one that is gone counts nothing.
    pub fn of(pids: &[u32]) -> Self {
        pids.iter().map(|pid| Self::of_one(*pid)).fold(Self::default(), |sum, one| Self {
            rss_kib: sum.rss_kib + one.rss_kib,
            pss_kib: sum.pss_kib + one.pss_kib,
        })
    }

    fn of_one(pid: u32) -> Self {
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        Self { rss_kib: kib(&status, "VmRSS:"), pss_kib: kib(&rollup, "Pss:") }
    }

    /// The best of both in MiB: the proportional set where it is known.
    pub fn mib(&self) -> f64 {
        let kib = if self.pss_kib > 0 { self.pss_kib } else { self.rss_kib };
        kib as f64 / 1024.0
    }
}

/// The process that started `pid`.
pub fn parent(pid: u32) -> Option<u32> {
    number(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?, "PPid:")
}

/// `pid` and the processes it started.
pub fn family(pid: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    std::iter::once(pid).chain(pids.filter(|child| parent(*child) == Some(pid))).collect()
}

fn kib(text: &str, name: &str) -> u64 {
    number(text, name).unwrap_or_default()
}

fn number<T: std::str::FromStr>(text: &str, name: &str) -> Option<T> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.get(name.len()..)?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_name() {
        let text = "Name:\tx\nVmRSS:\t  5120 kB\nPPid:\t7\n";
        assert_eq!((kib(text, "VmRSS:"), kib(text, "Pss:"), number::<u32>(text, "PPid:")), (5120, 0, Some(7)));
    }
}
