//! What the gateway's word does to an order.
//!
//! A webhook only says that something may have happened; what is decided on is the *truth* fetched from the gateway. The
//! database function that settles follows this table, first row that fits; a test holds the two against each other.
//!
//! | # | truth | payment | order | reservation | outcome | order → | payment → | stock | event |
//! |---|---|---|---|---|---|---|---|---|---|
//! | 1 | any | not ours | | | `unknown_payment` | | | | |
//! | 2 | none | any | any | any | `unverified` | | | | |
//! | 3 | other amount, currency or mode | any | any | any | `mismatch` | | | | `payment.mismatch` |
//! | 4 | paid | paid | any | any | `duplicate` | | | | |
//! | 5 | paid | not paid | pending | held | `settled` | paid | paid | commit | `order.paid` |
//! | 6 | paid | not paid | pending | committed | `settled` | paid | paid | | `order.paid` |
//! | 7 | paid | not paid | pending | released, stock there | `late_settled` | paid | paid | retake | `order.paid` |
//! | 8 | paid | not paid | pending | released, stock gone; none | `refund_review` | refund_review | paid | | `order.refund_review` |
//! | 9 | paid | not paid | cancelled | any | `refund_review` | refund_review | paid | | `order.refund_review` |
//! | 10 | paid | not paid | any other | any | `refund_review` | | paid | | `order.refund_review` |
//! | 11 | failed | initiated, pending | any | any | `attempt_failed` | | failed | | `payment.failed` |
//! | 12 | failed | failed | any | any | `duplicate` | | | | |
//! | 13 | expired, refunded | initiated, pending, failed | pending | held | `expired` | cancelled | expired | release | `order.cancelled` |
//! | 14 | expired, refunded | initiated, pending, failed | pending | not held | `expired` | cancelled | expired | | `order.cancelled` |
//! | 15 | expired, refunded | initiated, pending, failed | any other | any | `expired` | | expired | | |
//! | 16 | expired, refunded | expired | any | any | `duplicate` | | | | |
//! | 17 | anything else | | | | `ignored` | | | | |
//!
//! Row 9: a cancelled order holds no stock, for whatever cancels it releases. Row 10 is a second payment for an order that
//! another one has already settled: the money is recorded and named for review, the order stays where it is. Row 13 takes
//! `refunded` like `expired`: the money came and went before we heard of it. Row 17 is every truth that is older than what we
//! know (a decline after the money arrived), a gateway that still waits, and a refund of a settled payment, which is the
//! business of refunds and not of settlement.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::money::Currency;
use crate::order::OrderStatus;
use crate::payment::PaymentStatus;

/// What an order's stock reservation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reservation {
    /// Stock is set aside for the order.
    Held,
    /// The stock was taken for good.
    Committed,
    /// The time ran out, or the order was given up; the stock is free again.
    Released,
    /// Nothing was ever set aside.
    None,
}

impl Reservation {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Held, Self::Committed, Self::Released, Self::None];
}

/// What the gateway says of a payment, in our own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TruthStatus {
    /// Not decided yet.
    Pending,
    /// The last attempt was declined.
    Failed,
    /// The money arrived.
    Paid,
    /// It can no longer be paid.
    Expired,
    /// The money arrived and was given back.
    Refunded,
}

impl TruthStatus {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Failed, Self::Paid, Self::Expired, Self::Refunded];

    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Paid => "paid",
            Self::Expired => "expired",
            Self::Refunded => "refunded",
        }
    }
}

/// The sum and mode that a payment was made for, or that the gateway reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Terms {
    /// Amount in minor units.
    pub amount_minor: i64,
    /// Its currency.
    pub currency: Currency,
    /// Real money (`true`) or the gateway's test mode.
    pub live: bool,
}

/// The gateway's answer when asked for a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Truth {
    /// What became of it.
    pub status: TruthStatus,
    /// For how much, and in which mode.
    pub terms: Terms,
}

/// What our own books say at the moment of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// The order's status.
    pub order: OrderStatus,
    /// The order's reservation.
    pub reservation: Reservation,
    /// Whether every line could be reserved again now; asked only when the reservation was released.
    pub stock_available: bool,
    /// The payment's status.
    pub payment: PaymentStatus,
    /// What the payment was made for.
    pub expected: Terms,
}

/// The name of what was decided. Recorded with every gateway event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Paid in time.
    Settled,
    /// Paid after the reservation ran out; the stock was there to take again.
    LateSettled,
    /// Money arrived that the goods can no longer answer.
    RefundReview,
    /// An attempt was declined.
    AttemptFailed,
    /// It can no longer be paid.
    Expired,
    /// Already known.
    Duplicate,
    /// Amount, currency or mode are not what was asked for.
    Mismatch,
    /// No payment of this account has that reference.
    UnknownPayment,
    /// The gateway could not be asked.
    Unverified,
    /// Says nothing new.
    Ignored,
}

impl Outcome {
    /// The name in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::LateSettled => "late_settled",
            Self::RefundReview => "refund_review",
            Self::AttemptFailed => "attempt_failed",
            Self::Expired => "expired",
            Self::Duplicate => "duplicate",
            Self::Mismatch => "mismatch",
            Self::UnknownPayment => "unknown_payment",
            Self::Unverified => "unverified",
            Self::Ignored => "ignored",
        }
    }
}

/// What happens to the order's stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StockEffect {
    /// Nothing.
    None,
    /// Reserved units leave the shelf.
    Commit,
    /// Units are taken from what is free.
    Retake,
    /// Reserved units become free.
    Release,
}

/// What to do: only what is `Some` changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Its name.
    pub outcome: Outcome,
    /// The order's new status.
    pub order: Option<OrderStatus>,
    /// The payment's new status.
    pub payment: Option<PaymentStatus>,
    /// What happens to the stock.
    pub stock: StockEffect,
    /// The kind of event to write.
    pub event: Option<&'static str>,
}

impl Decision {
    const fn nothing(outcome: Outcome) -> Self {
        Self { outcome, order: None, payment: None, stock: StockEffect::None, event: None }
    }
}

/// Decides by the table of this module. `situation` is `None` when the account has no such payment, `truth` is `None` when the
/// gateway could not be asked.
#[must_use]
pub fn decide(situation: Option<&Situation>, truth: Option<&Truth>) -> Decision {
    let Some(situation) = situation else { return Decision::nothing(Outcome::UnknownPayment) };
    let Some(truth) = truth else { return Decision::nothing(Outcome::Unverified) };
    if truth.terms != situation.expected {
        return Decision { event: Some("payment.mismatch"), ..Decision::nothing(Outcome::Mismatch) };
    }
    match (truth.status, situation.payment) {
        (TruthStatus::Paid, PaymentStatus::Paid)
        | (TruthStatus::Failed, PaymentStatus::Failed)
        | (TruthStatus::Expired | TruthStatus::Refunded, PaymentStatus::Expired) => {
            Decision::nothing(Outcome::Duplicate)
        }
        (TruthStatus::Paid, _) => money_arrived(situation),
        (TruthStatus::Failed, PaymentStatus::Initiated | PaymentStatus::Pending) => Decision {
            payment: Some(PaymentStatus::Failed),
            event: Some("payment.failed"),
            ..Decision::nothing(Outcome::AttemptFailed)
        },
        (
            TruthStatus::Expired | TruthStatus::Refunded,
            PaymentStatus::Initiated | PaymentStatus::Pending | PaymentStatus::Failed,
        ) => no_money_will_come(situation),
        _ => Decision::nothing(Outcome::Ignored),
    }
}

/// Rows 5 to 10.
fn money_arrived(situation: &Situation) -> Decision {
    let paid = |outcome, order, stock, event| Decision {
        outcome,
        order,
        payment: Some(PaymentStatus::Paid),
        stock,
        event: Some(event),
    };
    let settled = |outcome, stock| paid(outcome, Some(OrderStatus::Paid), stock, "order.paid");
    let review = |order| paid(Outcome::RefundReview, order, StockEffect::None, "order.refund_review");
    match (situation.order, situation.reservation) {
        (OrderStatus::Pending, Reservation::Held) => settled(Outcome::Settled, StockEffect::Commit),
        (OrderStatus::Pending, Reservation::Committed) => settled(Outcome::Settled, StockEffect::None),
        (OrderStatus::Pending, Reservation::Released) if situation.stock_available => {
            settled(Outcome::LateSettled, StockEffect::Retake)
        }
        (OrderStatus::Pending | OrderStatus::Cancelled, _) => review(Some(OrderStatus::RefundReview)),
        _ => review(None),
    }
}

/// Rows 13 to 15.
fn no_money_will_come(situation: &Situation) -> Decision {
    let expired = Decision { payment: Some(PaymentStatus::Expired), ..Decision::nothing(Outcome::Expired) };
    if situation.order != OrderStatus::Pending {
        return expired;
    }
    let held = situation.reservation == Reservation::Held;
    Decision {
        order: Some(OrderStatus::Cancelled),
        stock: if held { StockEffect::Release } else { StockEffect::None },
        event: Some("order.cancelled"),
        ..expired
    }
}
