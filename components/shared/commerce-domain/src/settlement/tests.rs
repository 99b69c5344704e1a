//! The settlement table: its rows, and what must hold in every one of its cells.

use crate::Currency;
use crate::order::{self, OrderStatus};
use crate::payment::{self, PaymentStatus};
use crate::settlement::{Decision, Outcome, Reservation, Situation, StockEffect, Terms, Truth, TruthStatus, decide};

const TERMS: Terms = Terms { amount_minor: 4500, currency: Currency::Sar, live: false };

fn situation(order: OrderStatus, reservation: Reservation, payment: PaymentStatus) -> Situation {
    Situation { order, reservation, stock_available: true, payment, expected: TERMS }
}

fn truth(status: TruthStatus) -> Truth {
    Truth { status, terms: TERMS }
}

/// Every combination of what our books and the gateway can say.
fn cells() -> impl Iterator<Item = (Situation, Truth)> {
    OrderStatus::ALL.into_iter().flat_map(|order| {
        Reservation::ALL.into_iter().flat_map(move |reservation| {
            PaymentStatus::ALL.into_iter().flat_map(move |payment| {
                [true, false].into_iter().flat_map(move |stock_available| {
                    TruthStatus::ALL.into_iter().map(move |status| {
                        (Situation { stock_available, ..situation(order, reservation, payment) }, truth(status))
                    })
                })
            })
        })
    })
}

/// Row by row, in the words of the table.
#[test]
fn the_rows_of_the_table_hold() {
    use OrderStatus::{Cancelled, Paid, Pending, RefundReview, Shipped};
    use Reservation::{Committed, Held, Released};
    let row = |order, reservation, payment, status| {
        let Decision { outcome, order, payment, stock, event } =
            decide(Some(&situation(order, reservation, payment)), Some(&truth(status)));
        (outcome.as_str(), order, payment, stock, event)
    };
    let paid = Some(PaymentStatus::Paid);
    let nothing = |outcome| (outcome, None, None, StockEffect::None, None);
    assert_eq!(
        row(Pending, Held, PaymentStatus::Pending, TruthStatus::Paid),
        ("settled", Some(Paid), paid, StockEffect::Commit, Some("order.paid"))
    );
    assert_eq!(
        row(Pending, Released, PaymentStatus::Expired, TruthStatus::Paid),
        ("late_settled", Some(Paid), paid, StockEffect::Retake, Some("order.paid"))
    );
    assert_eq!(
        row(Cancelled, Released, PaymentStatus::Expired, TruthStatus::Paid),
        ("refund_review", Some(RefundReview), paid, StockEffect::None, Some("order.refund_review"))
    );
    assert_eq!(
        row(Shipped, Committed, PaymentStatus::Pending, TruthStatus::Paid),
        ("refund_review", None, paid, StockEffect::None, Some("order.refund_review"))
    );
    assert_eq!(
        row(Pending, Held, PaymentStatus::Pending, TruthStatus::Failed),
        ("attempt_failed", None, Some(PaymentStatus::Failed), StockEffect::None, Some("payment.failed"))
    );
    assert_eq!(
        row(Pending, Held, PaymentStatus::Failed, TruthStatus::Expired),
        ("expired", Some(Cancelled), Some(PaymentStatus::Expired), StockEffect::Release, Some("order.cancelled"))
    );
    assert_eq!(
        row(Pending, Released, PaymentStatus::Pending, TruthStatus::Refunded),
        ("expired", Some(Cancelled), Some(PaymentStatus::Expired), StockEffect::None, Some("order.cancelled"))
    );
    assert_eq!(row(Paid, Committed, PaymentStatus::Paid, TruthStatus::Paid), nothing("duplicate"));
    assert_eq!(row(Paid, Committed, PaymentStatus::Paid, TruthStatus::Failed), nothing("ignored"));
    assert_eq!(row(Paid, Committed, PaymentStatus::Paid, TruthStatus::Refunded), nothing("ignored"));
    assert_eq!(row(Pending, Held, PaymentStatus::Failed, TruthStatus::Failed), nothing("duplicate"));
    assert_eq!(row(Pending, Held, PaymentStatus::Pending, TruthStatus::Pending), nothing("ignored"));
    assert_eq!(row(Cancelled, Released, PaymentStatus::Expired, TruthStatus::Expired), nothing("duplicate"));
}

#[test]
fn money_without_stock_waits_for_a_decision() {
    let sold_out = Situation {
        stock_available: false,
        ..situation(OrderStatus::Pending, Reservation::Released, PaymentStatus::Pending)
    };
    let decision = decide(Some(&sold_out), Some(&truth(TruthStatus::Paid)));
    assert_eq!((decision.outcome, decision.order), (Outcome::RefundReview, Some(OrderStatus::RefundReview)));
    assert_eq!((decision.payment, decision.stock), (Some(PaymentStatus::Paid), StockEffect::None));
}

#[test]
fn no_cell_moves_anything_where_it_may_not_go() {
    for (situation, truth) in cells() {
        let decision = decide(Some(&situation), Some(&truth));
        let label = format!("{situation:?} {truth:?} → {decision:?}");
        assert!(decision.order.is_none_or(|to| order::can_move(situation.order, to)), "{label}");
        assert!(decision.payment.is_none_or(|to| payment::can_move(situation.payment, to)), "{label}");
        let stock_fits = match decision.stock {
            StockEffect::None => true,
            StockEffect::Commit | StockEffect::Release => situation.reservation == Reservation::Held,
            StockEffect::Retake => situation.reservation == Reservation::Released && situation.stock_available,
        };
        assert!(stock_fits, "{label}");
        let changes = decision.order.is_some() || decision.payment.is_some() || decision.stock != StockEffect::None;
        assert!(changes || decision.event.is_none(), "an event without a change: {label}");
    }
}

#[test]
fn money_that_arrived_is_always_recorded_and_an_order_is_paid_only_by_money() {
    for (situation, truth) in cells() {
        let decision = decide(Some(&situation), Some(&truth));
        let arrived = truth.status == TruthStatus::Paid;
        let recorded = situation.payment == PaymentStatus::Paid || decision.payment == Some(PaymentStatus::Paid);
        assert!(!arrived || recorded, "{situation:?} {truth:?}");
        assert!(arrived || decision.payment != Some(PaymentStatus::Paid), "{situation:?} {truth:?}");
        assert!(arrived || decision.order != Some(OrderStatus::Paid), "{situation:?} {truth:?}");
    }
}

/// The same truth, told again after its decision was carried out, changes nothing.
#[test]
fn a_repeated_truth_changes_nothing() {
    for (before, truth) in cells() {
        let first = decide(Some(&before), Some(&truth));
        let reservation = match first.stock {
            StockEffect::None => before.reservation,
            StockEffect::Commit | StockEffect::Retake => Reservation::Committed,
            StockEffect::Release => Reservation::Released,
        };
        let after = Situation {
            order: first.order.unwrap_or(before.order),
            payment: first.payment.unwrap_or(before.payment),
            reservation,
            ..before
        };
        let again = decide(Some(&after), Some(&truth));
        assert!(matches!(again.outcome, Outcome::Duplicate | Outcome::Ignored), "{before:?} {truth:?} {again:?}");
        assert_eq!((again.order, again.payment, again.stock, again.event), (None, None, StockEffect::None, None));
    }
}

#[test]
fn without_a_payment_a_truth_or_the_right_terms_nothing_moves() {
    let wrong = [
        Terms { amount_minor: 4499, ..TERMS },
        Terms { amount_minor: 4501, ..TERMS },
        Terms { currency: Currency::Kwd, ..TERMS },
        Terms { live: true, ..TERMS },
    ];
    for (situation, truth) in cells() {
        for terms in wrong {
            let lie = Truth { terms, ..truth };
            let decision = decide(Some(&situation), Some(&lie));
            assert_eq!((decision.outcome, decision.order, decision.payment), (Outcome::Mismatch, None, None));
            assert_eq!((decision.stock, decision.event), (StockEffect::None, Some("payment.mismatch")));
        }
        assert_eq!(decide(None, Some(&truth)).outcome, Outcome::UnknownPayment);
        assert_eq!(decide(Some(&situation), None).outcome, Outcome::Unverified);
    }
}

#[test]
fn outcomes_are_named_in_json_as_in_sql() {
    for (outcome, name) in [
        (Outcome::Settled, "settled"),
        (Outcome::LateSettled, "late_settled"),
        (Outcome::RefundReview, "refund_review"),
        (Outcome::AttemptFailed, "attempt_failed"),
        (Outcome::Expired, "expired"),
        (Outcome::Duplicate, "duplicate"),
        (Outcome::Mismatch, "mismatch"),
        (Outcome::UnknownPayment, "unknown_payment"),
        (Outcome::Unverified, "unverified"),
        (Outcome::Ignored, "ignored"),
    ] {
        assert_eq!(outcome.as_str(), name);
        assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("\"{name}\""));
    }
}
