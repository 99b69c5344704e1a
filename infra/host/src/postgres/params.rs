//! Parameters of a statement: from the guest's values to PostgreSQL's, as Spin converts them.

use anyhow::{Context as _, anyhow};
use bytes::BytesMut;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use super::values::{DecimalBound, IntervalValue, JsonText, range_from_guest};
use crate::bindings::postgres::ParameterValue;

/// A value that the driver can send.
pub type Parameter = Box<dyn ToSql + Sync + Send>;

/// Converts every value, in order.
pub fn parameters(values: &[ParameterValue]) -> anyhow::Result<Vec<Parameter>> {
    values.iter().map(parameter).collect()
}

fn parameter(value: &ParameterValue) -> anyhow::Result<Parameter> {
    use ParameterValue as P;
    Ok(match value {
        P::Boolean(v) => Box::new(*v),
        P::Int8(v) => Box::new(*v),
        P::Int16(v) => Box::new(*v),
        P::Int32(v) => Box::new(*v),
        P::Int64(v) => Box::new(*v),
        P::Floating32(v) => Box::new(*v),
        P::Floating64(v) => Box::new(*v),
        P::Str(v) => Box::new(v.clone()),
        P::Binary(v) => Box::new(v.clone()),
        P::Date(v) => Box::new(date(*v)?),
        P::Time(v) => Box::new(time(*v)?),
        P::Datetime((year, month, day, hour, minute, second, nanos)) => {
            Box::new(NaiveDateTime::new(date((*year, *month, *day))?, time((*hour, *minute, *second, *nanos))?))
        }
        P::Timestamp(v) => {
            Box::new(DateTime::<Utc>::from_timestamp(*v, 0).with_context(|| format!("invalid epoch timestamp {v}"))?)
        }
        P::Uuid(v) => Box::new(Uuid::parse_str(v).with_context(|| format!("invalid UUID {v}"))?),
        P::Jsonb(v) => Box::new(JsonText::parse(v)?),
        P::Decimal(v) => Box::new(decimal(v)?),
        P::RangeInt32(v) => Box::new(range_from_guest(v, |bound| Ok(*bound))?),
        P::RangeInt64(v) => Box::new(range_from_guest(v, |bound| Ok(*bound))?),
        P::RangeDecimal(v) => Box::new(range_from_guest(v, |bound| decimal(bound).map(DecimalBound))?),
        P::ArrayInt32(v) => Box::new(v.clone()),
        P::ArrayInt64(v) => Box::new(v.clone()),
        P::ArrayDecimal(v) => Box::new(decimals(v)?),
        P::ArrayStr(v) => Box::new(v.clone()),
        P::Interval(v) => Box::new(IntervalValue(*v)),
        P::DbNull => Box::new(Null),
    })
}

fn date((year, month, day): (i32, u8, u8)) -> anyhow::Result<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month.into(), day.into())
        .ok_or_else(|| anyhow!("invalid date y={year}, m={month}, d={day}"))
}

fn time((hour, minute, second, nanos): (u8, u8, u8, u32)) -> anyhow::Result<NaiveTime> {
    NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nanos)
        .ok_or_else(|| anyhow!("invalid time {hour}:{minute}:{second}:{nanos}"))
}

fn decimal(text: &str) -> anyhow::Result<Decimal> {
    Decimal::from_str_exact(text).with_context(|| format!("invalid decimal {text}"))
}

fn decimals(values: &[Option<String>]) -> anyhow::Result<Vec<Option<Decimal>>> {
    values.iter().map(|value| value.as_deref().map(decimal).transpose()).collect()
}

/// NULL of whatever type the statement expects.
#[derive(Debug)]
struct Null;

impl ToSql for Null {
    fn to_sql(&self, _: &Type, _: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Ok(IsNull::Yes)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
