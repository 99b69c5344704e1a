//! What is fuzzed.

use crate::input::Rng;

/// Reads one input: whether it was accepted. Panics when something was accepted that should not have been.
type Read = Box<dyn Fn(&[u8], &mut Rng) -> bool + Send + Sync>;

/// A parser, and what it is fed from.
pub struct Target {
    /// For the report.
    pub name: &'static str,
    /// Inputs that inputs are made from: those that are accepted, then others.
    pub seeds: Vec<Vec<u8>>,
    good: usize,
    read: Read,
}

impl Target {
    /// A parser of bytes. `good` are accepted as they are.
    pub fn bytes<S: AsRef<[u8]>>(
        name: &'static str,
        good: impl IntoIterator<Item = S>,
        read: impl Fn(&[u8], &mut Rng) -> bool + Send + Sync + 'static,
    ) -> Self {
        let seeds: Vec<Vec<u8>> = good.into_iter().map(|seed| seed.as_ref().to_vec()).collect();
        Self { name, good: seeds.len(), seeds, read: Box::new(read) }
    }

    /// A parser of text: what is no UTF-8 comes with replacement characters, as nothing else would reach it.
    pub fn text<S: AsRef<[u8]>>(
        name: &'static str,
        good: impl IntoIterator<Item = S>,
        read: impl Fn(&str, &mut Rng) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::bytes(name, good, move |bytes, rng| read(&String::from_utf8_lossy(bytes), rng))
    }

    /// More inputs to begin from, accepted or not.
    #[must_use]
    pub fn also<S: AsRef<[u8]>>(mut self, others: impl IntoIterator<Item = S>) -> Self {
        self.seeds.extend(others.into_iter().map(|seed| seed.as_ref().to_vec()));
        self
    }

    /// Reads one input.
    pub fn read(&self, input: &[u8], rng: &mut Rng) -> bool {
        (self.read)(input, rng)
    }

    /// Without this, a target that refuses everything would prove nothing.
    pub fn takes_what_is_good(&self) {
        assert!(self.good > 0, "{} has nothing to begin from", self.name);
        for seed in &self.seeds[..self.good] {
            assert!(self.read(seed, &mut Rng::new(0)), "{} refuses {}", self.name, seed.escape_ascii());
        }
    }
}
