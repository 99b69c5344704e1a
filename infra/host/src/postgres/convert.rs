//! Rows of a result: from PostgreSQL's values to the guest's, as Spin converts them.
//!
//! Spin maps `timestamptz` to the type of `timestamp`, which the driver refuses to read; so it fails here too, and statements have to
//! say `at time zone 'UTC'`.

use anyhow::Context as _;
use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use postgres_range::Range;
use rust_decimal::Decimal;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Column as PgColumn, Row as PgRow, Statement};
use uuid::Uuid;

use super::values::{DecimalBound, IntervalValue, JsonText, RawValue, range_to_guest};
use crate::bindings::postgres::{Column, DbDataType, DbValue, Row};

/// The columns of a statement's result.
pub fn columns(statement: &Statement) -> Vec<Column> {
    let column = |column: &PgColumn| Column { name: column.name().to_owned(), data_type: data_type(column.type_()) };
    statement.columns().iter().map(column).collect()
}

/// Converts one row.
pub fn row(row: &PgRow) -> anyhow::Result<Row> {
    row.columns().iter().enumerate().map(|(index, column)| value(row, index, column.type_())).collect()
}

fn data_type(ty: &Type) -> DbDataType {
    match *ty {
        Type::BOOL => DbDataType::Boolean,
        Type::BYTEA => DbDataType::Binary,
        Type::FLOAT4 => DbDataType::Floating32,
        Type::FLOAT8 => DbDataType::Floating64,
        Type::INT2 => DbDataType::Int16,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => DbDataType::Str,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => DbDataType::Datetime,
        Type::DATE => DbDataType::Date,
        Type::TIME => DbDataType::Time,
        Type::UUID => DbDataType::Uuid,
        Type::JSONB => DbDataType::Jsonb,
        Type::NUMERIC => DbDataType::Decimal,
        Type::INT4_RANGE => DbDataType::RangeInt32,
        Type::INT8_RANGE => DbDataType::RangeInt64,
        Type::NUM_RANGE => DbDataType::RangeDecimal,
        Type::INT4_ARRAY => DbDataType::ArrayInt32,
        Type::INT8_ARRAY => DbDataType::ArrayInt64,
        Type::NUMERIC_ARRAY => DbDataType::ArrayDecimal,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => DbDataType::ArrayStr,
        Type::INTERVAL => DbDataType::Interval,
        _ => DbDataType::Other(ty.name().to_owned()),
    }
}

fn value(row: &PgRow, index: usize, ty: &Type) -> anyhow::Result<DbValue> {
    match *ty {
        Type::BOOL => plain(row, index, DbValue::Boolean),
        Type::BYTEA => plain(row, index, DbValue::Binary),
        Type::FLOAT4 => plain(row, index, DbValue::Floating32),
        Type::FLOAT8 => plain(row, index, DbValue::Floating64),
        Type::INT2 => plain(row, index, DbValue::Int16),
        Type::INT4 => plain(row, index, DbValue::Int32),
        Type::INT8 => plain(row, index, DbValue::Int64),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => plain(row, index, DbValue::Str),
        Type::TIMESTAMP | Type::TIMESTAMPTZ => plain(row, index, datetime),
        Type::DATE => plain(row, index, |v| DbValue::Date(date(v))),
        Type::TIME => plain(row, index, |v| DbValue::Time(time(v))),
        Type::UUID => plain(row, index, |v: Uuid| DbValue::Uuid(v.to_string())),
        Type::JSONB => plain(row, index, |v: JsonText| DbValue::Jsonb(v.0)),
        Type::NUMERIC => plain(row, index, |v: Decimal| DbValue::Decimal(v.to_string())),
        Type::INT4_RANGE => plain(row, index, |v: Range<i32>| DbValue::RangeInt32(range_to_guest(&v, |b| *b))),
        Type::INT8_RANGE => plain(row, index, |v: Range<i64>| DbValue::RangeInt64(range_to_guest(&v, |b| *b))),
        Type::NUM_RANGE => {
            plain(row, index, |v: Range<DecimalBound>| DbValue::RangeDecimal(range_to_guest(&v, |b| b.0.to_string())))
        }
        Type::INT4_ARRAY => plain(row, index, DbValue::ArrayInt32),
        Type::INT8_ARRAY => plain(row, index, DbValue::ArrayInt64),
        Type::NUMERIC_ARRAY => plain(row, index, |v: Vec<Option<Decimal>>| {
            DbValue::ArrayDecimal(v.into_iter().map(|number| number.map(|n| n.to_string())).collect())
        }),
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => plain(row, index, DbValue::ArrayStr),
        Type::INTERVAL => plain(row, index, |v: IntervalValue| DbValue::Interval(v.0)),
        _ => plain(row, index, |v: RawValue| DbValue::Unsupported(v.0)),
    }
}

/// The value at `index`, or `DbNull`.
fn plain<'a, T: FromSql<'a>>(row: &'a PgRow, index: usize, convert: impl Fn(T) -> DbValue) -> anyhow::Result<DbValue> {
    let value: Option<T> = row.try_get(index).with_context(|| format!("column {index} cannot be converted"))?;
    Ok(value.map_or(DbValue::DbNull, convert))
}

fn datetime(value: NaiveDateTime) -> DbValue {
    let ((year, month, day), (hour, minute, second, nanos)) = (date(value.date()), time(value.time()));
    DbValue::Datetime((year, month, day, hour, minute, second, nanos))
}

fn date(value: NaiveDate) -> (i32, u8, u8) {
    (value.year(), small(value.month()), small(value.day()))
}

fn time(value: NaiveTime) -> (u8, u8, u8, u32) {
    (small(value.hour()), small(value.minute()), small(value.second()), value.nanosecond())
}

/// Months, days, hours, minutes and seconds all fit.
fn small(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
