//! PostgreSQL values for which the driver has no type of its own.

use anyhow::Context as _;
use bytes::{Buf as _, BufMut as _, BytesMut};
use postgres_range::{BoundSided, BoundType, Normalizable, Range, RangeBound};
use rust_decimal::Decimal;
use serde::de::IgnoredAny;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::bindings::postgres::{Interval, RangeBoundKind};

type Failure = Box<dyn std::error::Error + Sync + Send>;
/// A range as the guest writes it: lower and upper bound.
pub type GuestRange<T> = (Option<(T, RangeBoundKind)>, Option<(T, RangeBoundKind)>);

/// The first byte of a `jsonb` on the wire.
const JSONB_VERSION: u8 = 1;

/// JSON kept as the text it came in: parsing it into a tree and printing it again, as Spin does, would only reorder keys and round numbers.
#[derive(Debug)]
pub struct JsonText(pub Vec<u8>);

impl JsonText {
    /// Checks that `bytes` are one JSON value.
    pub fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        serde_json::from_slice::<IgnoredAny>(bytes)
            .map(|_| Self(bytes.to_owned()))
            .with_context(|| format!("invalid JSON {}", String::from_utf8_lossy(bytes)))
    }
}

impl ToSql for JsonText {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        if *ty == Type::JSONB {
            out.put_u8(JSONB_VERSION);
        }
        out.put_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::JSON | Type::JSONB)
    }

    to_sql_checked!();
}

impl FromSql<'_> for JsonText {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Failure> {
        match raw.split_first() {
            Some((&JSONB_VERSION, text)) => Ok(Self(text.to_owned())),
            _ => Err("unsupported jsonb encoding version".into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::JSONB
    }
}

/// `interval`: microseconds, days and months, as PostgreSQL keeps it.
#[derive(Debug)]
pub struct IntervalValue(pub Interval);

impl ToSql for IntervalValue {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        let Interval { micros, days, months } = self.0;
        out.put_i64(micros);
        out.put_i32(days);
        out.put_i32(months);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INTERVAL
    }

    to_sql_checked!();
}

impl FromSql<'_> for IntervalValue {
    fn from_sql(_: &Type, mut raw: &[u8]) -> Result<Self, Failure> {
        let interval = Interval { micros: raw.try_get_i64()?, days: raw.try_get_i32()?, months: raw.try_get_i32()? };
        if raw.is_empty() { Ok(Self(interval)) } else { Err("unexpected binary format of an interval".into()) }
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INTERVAL
    }
}

/// A decimal that can bound a range.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct DecimalBound(pub Decimal);

impl ToSql for DecimalBound {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        self.0.to_sql(ty, out)
    }

    fn accepts(ty: &Type) -> bool {
        <Decimal as ToSql>::accepts(ty)
    }

    to_sql_checked!();
}

impl FromSql<'_> for DecimalBound {
    fn from_sql(ty: &Type, raw: &[u8]) -> Result<Self, Failure> {
        Decimal::from_sql(ty, raw).map(Self)
    }

    fn accepts(ty: &Type) -> bool {
        <Decimal as FromSql>::accepts(ty)
    }
}

impl Normalizable for DecimalBound {
    fn normalize<S: BoundSided>(bound: RangeBound<S, Self>) -> RangeBound<S, Self> {
        bound
    }
}

/// Any value, as the bytes that the server sent.
pub struct RawValue(pub Vec<u8>);

impl FromSql<'_> for RawValue {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Failure> {
        Ok(Self(raw.to_owned()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A range to send; `convert` turns each bound into what PostgreSQL expects.
pub fn range_from_guest<G, T: Normalizable + PartialOrd>(
    (lower, upper): &GuestRange<G>,
    convert: impl Fn(&G) -> anyhow::Result<T>,
) -> anyhow::Result<Range<T>> {
    let kind = |kind: &RangeBoundKind| match kind {
        RangeBoundKind::Inclusive => BoundType::Inclusive,
        RangeBoundKind::Exclusive => BoundType::Exclusive,
    };
    let lower = lower.as_ref().map(|(value, k)| anyhow::Ok(RangeBound::new(convert(value)?, kind(k)))).transpose()?;
    let upper = upper.as_ref().map(|(value, k)| anyhow::Ok(RangeBound::new(convert(value)?, kind(k)))).transpose()?;
    Ok(Range::new(lower, upper))
}

/// A range that was received; `convert` turns each bound into what the guest expects.
pub fn range_to_guest<T: Normalizable + PartialOrd, G>(range: &Range<T>, convert: impl Fn(&T) -> G) -> GuestRange<G> {
    let kind = |kind: BoundType| match kind {
        BoundType::Inclusive => RangeBoundKind::Inclusive,
        BoundType::Exclusive => RangeBoundKind::Exclusive,
    };
    let lower = range.lower().map(|bound| (convert(&bound.value), kind(bound.type_)));
    let upper = range.upper().map(|bound| (convert(&bound.value), kind(bound.type_)));
    (lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_travels_as_its_text() {
        let text = br#"{"b":1.10,"a":"\u00e9"}"#;
        let mut wire = BytesMut::new();
        JsonText::parse(text).unwrap().to_sql(&Type::JSONB, &mut wire).unwrap();
        assert_eq!(wire.split_first(), Some((&1, &text[..])));
        assert_eq!(JsonText::from_sql(&Type::JSONB, &wire).unwrap().0, text);
        for wrong in [&b"{"[..], b"", b"{} {}", b"\xff"] {
            assert!(JsonText::parse(wrong).is_err());
        }
    }

    #[test]
    fn intervals_travel_whole() {
        let mut wire = BytesMut::new();
        IntervalValue(Interval { micros: -5, days: 7, months: 13 }).to_sql(&Type::INTERVAL, &mut wire).unwrap();
        let back = IntervalValue::from_sql(&Type::INTERVAL, &wire).unwrap().0;
        assert_eq!((back.micros, back.days, back.months), (-5, 7, 13));
        assert!(IntervalValue::from_sql(&Type::INTERVAL, &wire[1..]).is_err());
    }

    #[test]
    fn ranges_keep_bounds_and_kinds() {
        let guest = (Some((1, RangeBoundKind::Inclusive)), Some((9, RangeBoundKind::Exclusive)));
        let range = range_from_guest(&guest, |bound: &i32| Ok(*bound)).unwrap();
        let back = range_to_guest(&range, |bound| *bound);
        assert!(matches!(back, (Some((1, RangeBoundKind::Inclusive)), Some((9, RangeBoundKind::Exclusive)))));
        let open: GuestRange<i32> = (None, None);
        assert!(matches!(range_to_guest(&range_from_guest(&open, |b| Ok(*b)).unwrap(), |b| *b), (None, None)));
    }
}
