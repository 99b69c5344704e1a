//! The table that the bench prints, and the same as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Times in a second.
    PerSecond,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Hundredths of another value of the same run.
    Percent,
    /// Pieces.
    Count,
    /// 1024 × 1024 bytes.
    Mebibytes,
}

impl Unit {
    fn suffix(self) -> &'static str {
        match self {
            Self::PerSecond => "/s",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Percent => "%",
            Self::Count => "",
            Self::Mebibytes => "MiB",
        }
    }

    fn show(self, value: f64) -> String {
        let digits = match self {
            Self::Milliseconds | Self::Seconds => 2,
            Self::Percent => 1,
            Self::PerSecond | Self::Count | Self::Mebibytes => 0,
        };
        format!("{} {}", grouped(value, digits), self.suffix()).trim_end().to_owned()
    }
}

/// What the design asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// No less.
    AtLeast(f64),
    /// No more.
    AtMost(f64),
    /// Less.
    Below(f64),
    /// Nothing else.
    Exactly(f64),
}

impl Limit {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
            Self::Below(bound) => value < bound,
            Self::Exactly(bound) => (value - bound).abs() < 0.5,
        }
    }

    fn parts(self) -> (&'static str, f64) {
        match self {
            Self::AtLeast(bound) => ("≥", bound),
            Self::AtMost(bound) => ("≤", bound),
            Self::Below(bound) => ("<", bound),
            Self::Exactly(bound) => ("=", bound),
        }
    }
}

/// One measurement.
#[derive(Clone, Debug)]
pub struct Row {
    name: String,
    value: Option<f64>,
    unit: Unit,
    limit: Option<Limit>,
    faults: u64,
    detail: String,
}

impl Row {
    /// A measured value without a limit.
    pub fn new(name: impl Into<String>, value: f64, unit: Unit) -> Self {
        Self { name: name.into(), value: Some(value), unit, limit: None, faults: 0, detail: String::new() }
    }

    /// What could not be measured, and why.
    pub fn unmeasured(name: impl Into<String>, why: String) -> Self {
        Self { name: name.into(), value: None, unit: Unit::Count, limit: None, faults: 0, detail: why }
    }

    /// Puts the limit beside the value.
    pub fn limit(self, limit: Limit) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Says more about the value.
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// Faults make a value worthless: the row is missed.
    pub fn faults(self, count: u64, worst: &str) -> Self {
        if count == 0 {
            return self;
        }
        let detail = format!("{count} faults, such as {worst}; {}", self.detail);
        Self { faults: count, detail, ..self }
    }

    /// Whether the limit is missed, if there is one, or nothing was measured.
    pub fn is_missed(&self) -> bool {
        let Some(value) = self.value else { return true };
        self.faults > 0 || self.limit.is_some_and(|limit| !limit.holds(value))
    }

    fn verdict(&self) -> &'static str {
        match (self.is_missed(), self.limit) {
            (true, _) => "MISSED",
            (false, Some(_)) => "ok",
            (false, None) => "",
        }
    }

    /// The row as one line of the table.
    pub fn line(&self) -> String {
        let value = self.value.map_or_else(|| "not measured".to_owned(), |value| self.unit.show(value));
        let limit = self.limit.map(Limit::parts).map_or_else(String::new, |(sign, bound)| {
            let digits = usize::from(bound.fract() != 0.0);
            format!("{sign} {} {}", grouped(bound, digits), self.unit.suffix()).trim_end().to_owned()
        });
        let mut line = String::new();
        // Writing to a String cannot fail.
        let _ = write!(line, "{:<44} {value:>14}  {limit:<14} {:<7} {}", self.name, self.verdict(), self.detail);
        line.trim_end().to_owned()
    }

    /// The row for programs.
    pub fn json(&self) -> Value {
        let limit = self.limit.map(Limit::parts).map(|(sign, bound)| json!({"sign": sign, "bound": bound}));
        json!({
            "name": self.name, "value": self.value, "unit": self.unit.suffix(), "limit": limit,
            "missed": self.is_missed(), "detail": self.detail,
        })
    }
}

/// Heading of the table.
pub fn heading() -> String {
    format!("{:<44} {:>14}  {:<14} {:<7} {}", "measured", "value", "limit", "", "detail")
}

/// `12345.6` → `12,346`.
fn grouped(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(whole, part)| (whole, Some(part)));
    let mut shown = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && !shown.ends_with('-') {
            shown.push(',');
        }
        shown.push(digit);
    }
    match fraction {
        Some(part) => format!("{shown}.{part}"),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(45_000.4, 0), "45,000");
        assert_eq!(grouped(999.0, 0), "999");
        assert_eq!(grouped(1_234_567.891, 2), "1,234,567.89");
        assert_eq!(grouped(-100.0, 0), "-100");
    }

    #[test]
    fn a_row_is_missed_beyond_its_limit_or_with_faults() {
        let row = Row::new("list", 24_999.0, Unit::PerSecond);
        assert!(!row.is_missed());
        assert!(row.clone().limit(Limit::AtLeast(25_000.0)).is_missed());
        assert!(!row.clone().limit(Limit::AtMost(25_000.0)).is_missed());
        assert!(row.clone().limit(Limit::AtMost(25_000.0)).faults(1, "503").is_missed());
        assert!(Row::new("cold", 5.0, Unit::Milliseconds).limit(Limit::Below(5.0)).is_missed());
        assert!(Row::unmeasured("pgbench", "not installed".into()).is_missed());
        let line = row.limit(Limit::AtLeast(25_000.0)).line();
        assert!(line.contains("24,999 /s") && line.contains("≥ 25,000 /s") && line.contains("MISSED"), "{line}");
    }
}
