//! The chain of one shop's trail, walked link by link: what holds, and what exactly does not.

use std::collections::HashSet;
use std::fmt;

use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// What stands before the first link.
const GENESIS: Hash = [0; 32];

/// Broken links that are compared with each other to tell which were exchanged.
const COMPARED: usize = 500;

/// One link with the line that it seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its place: 1, 2, 3 …
    pub seq: i64,
    /// The line's id.
    pub entry: i64,
    /// What was recorded when it was sealed.
    pub hash: Hash,
    /// `app.audit_digest` of the line as it is now; `None` when there is no such line.
    pub digest: Option<Hash>,
}

/// Something that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Places without a link, from the first to the last of them.
    MissingLinks(i64, i64),
    /// A link whose line is gone: place and line.
    MissingEntry(i64, i64),
    /// A link that does not follow from the one before and its line: place and line.
    Changed(i64, i64),
    /// Two links that would hold in each other's place.
    Exchanged(i64, i64),
    /// Lines that the job has passed without sealing: how many, and the first. They came in behind its back.
    Unsealed(i64, i64),
    /// A head that somebody kept and that no link has: the end was cut off, or the whole was made anew.
    UnknownHead(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingLinks(from, to) if from == to => write!(f, "link {from} is missing"),
            Self::MissingLinks(from, to) => write!(f, "links {from} to {to} are missing"),
            Self::MissingEntry(seq, entry) => write!(f, "entry {entry} of link {seq} is missing"),
            Self::Changed(seq, entry) => {
                write!(f, "entry {entry} of link {seq} is not what was sealed: it or the link was changed")
            }
            Self::Exchanged(one, other) => write!(f, "links {one} and {other} were exchanged"),
            Self::Unsealed(count, first) => {
                write!(
                    f,
                    "{count} entries were never sealed though the job has passed them: entry {first} is the first"
                )
            }
            Self::UnknownHead(head) => {
                write!(f, "no link has the hash {head}: the end was cut off, or the chain was made anew")
            }
        }
    }
}

/// A link that does not hold, with the hash that stands before it.
#[derive(Clone, Copy, Debug)]
struct Broken {
    before: Hash,
    link: Link,
}

/// The walk.
#[derive(Debug)]
pub struct Chain {
    links: i64,
    seq: i64,
    head: Option<Hash>,
    broken: Vec<Broken>,
    faults: Vec<Fault>,
    wanted: HashSet<Hash>,
}

impl Chain {
    /// Nothing yet; `wanted` are heads of earlier days that the chain must contain.
    pub fn new(wanted: HashSet<Hash>) -> Self {
        Self { links: 0, seq: 0, head: None, broken: Vec::new(), faults: Vec::new(), wanted }
    }

    /// The next link, in the order of places. Each is held against the recorded hash of the one before, so that one fault is told once.
    pub fn take(&mut self, link: Link) {
        let follows = link.seq == self.seq + 1;
        if !follows {
            self.faults.push(Fault::MissingLinks(self.seq + 1, link.seq - 1));
        }
        match link.digest {
            None => self.faults.push(Fault::MissingEntry(link.seq, link.entry)),
            Some(digest) if follows => {
                let before = self.head.unwrap_or(GENESIS);
                if step(&before, link.seq, &digest) != link.hash {
                    self.broken.push(Broken { before, link });
                }
            }
            // What stood before it is gone, and that is told already.
            Some(_) => {}
        }
        self.wanted.remove(&link.hash);
        (self.links, self.seq, self.head) = (self.links + 1, link.seq, Some(link.hash));
    }

    /// How many links there are, the last hash, and what is wrong.
    pub fn end(mut self) -> (i64, Option<Hash>, Vec<Fault>) {
        let mut told = HashSet::new();
        let compared = self.broken.iter().take(COMPARED);
        for (at, one) in compared.clone().enumerate() {
            for other in compared.clone().skip(at + 1) {
                let (first, second) = (one.link.seq, other.link.seq);
                if has_place_of(other, one) {
                    // What follows each of them stands on a hash that is not its own.
                    told.extend([first, second, first + 1, second + 1]);
                } else if has_line_of(one, other) && has_line_of(other, one) {
                    told.extend([first, second]);
                } else {
                    continue;
                }
                self.faults.push(Fault::Exchanged(first, second));
            }
        }
        let changed = self.broken.iter().map(|broken| broken.link).filter(|link| !told.contains(&link.seq));
        self.faults.extend(changed.map(|link| Fault::Changed(link.seq, link.entry)));
        self.faults.extend(self.wanted.iter().map(|head| Fault::UnknownHead(crate::digest::hex(head))));
        (self.links, self.head, self.faults)
    }
}

/// Whether a link holds with the line of another.
fn has_line_of(one: &Broken, other: &Broken) -> bool {
    other.link.digest.is_some_and(|digest| step(&one.before, one.link.seq, &digest) == one.link.hash)
}

/// Whether a link holds, with its line, in the place of another.
fn has_place_of(one: &Broken, other: &Broken) -> bool {
    one.link.digest.is_some_and(|digest| step(&other.before, other.link.seq, &digest) == one.link.hash)
}

/// The hash of a link: of the one before, the place (8 bytes, the highest first) and the line's digest.
fn step(before: &Hash, seq: i64, digest: &Hash) -> Hash {
    Sha256::new().chain_update(before).chain_update(seq.to_be_bytes()).chain_update(digest).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(count: u8) -> Vec<Link> {
        let mut before = GENESIS;
        (1..=count)
            .map(|n| {
                let digest = [n; 32];
                before = step(&before, n.into(), &digest);
                Link { seq: n.into(), entry: 100 + i64::from(n), hash: before, digest: Some(digest) }
            })
            .collect()
    }

    fn faults(links: &[Link]) -> Vec<Fault> {
        let mut chain = Chain::new(HashSet::new());
        links.iter().for_each(|link| chain.take(*link));
        chain.end().2
    }

    #[test]
    fn a_whole_chain_has_no_fault_and_ends_with_its_head() {
        let links = links(5);
        let mut chain = Chain::new(HashSet::from([links[2].hash]));
        links.iter().for_each(|link| chain.take(*link));
        assert_eq!(chain.end(), (5, Some(links[4].hash), Vec::new()));
        assert_eq!(Chain::new(HashSet::new()).end(), (0, None, Vec::new()));
    }

    #[test]
    fn each_fault_is_told_once_and_by_its_place() {
        let whole = links(6);
        let mut changed = whole.clone();
        changed[2].digest = Some([99; 32]);
        assert_eq!(faults(&changed), [Fault::Changed(3, 103)]);
        let mut gone = whole.clone();
        gone[2].digest = None;
        assert_eq!(faults(&gone), [Fault::MissingEntry(3, 103)]);
        let mut without = whole.clone();
        without.drain(1..3);
        assert_eq!(faults(&without), [Fault::MissingLinks(2, 3)]);
        let mut headless = whole.clone();
        headless.remove(0);
        assert_eq!(faults(&headless), [Fault::MissingLinks(1, 1)]);
        let mut rewritten = whole;
        rewritten[2].hash = [7; 32];
        assert_eq!(faults(&rewritten), [Fault::Changed(3, 103), Fault::Changed(4, 104)]);
    }

    #[test]
    fn what_was_exchanged_is_told_with_its_partner() {
        for (one, other) in [(1, 2), (1, 4)] {
            let found = [Fault::Exchanged(one as i64 + 1, other as i64 + 1)];
            let whole = links(6);
            let mut lines = whole.clone();
            (lines[one].digest, lines[other].digest) = (whole[other].digest, whole[one].digest);
            assert_eq!(faults(&lines), found);
            let mut places = whole.clone();
            places.swap(one, other);
            (places[one].seq, places[other].seq) = (whole[one].seq, whole[other].seq);
            assert_eq!(faults(&places), found);
        }
    }

    #[test]
    fn a_head_that_was_kept_must_be_there() {
        let links = links(6);
        let mut chain = Chain::new(HashSet::from([links[5].hash]));
        links[..4].iter().for_each(|link| chain.take(*link));
        assert_eq!(chain.end().2, [Fault::UnknownHead(crate::digest::hex(&links[5].hash))]);
    }
}
