//! Moyasar's statuses in our own terms. A status that is not in the documentation is an error, never a guess.

use commerce_domain::settlement::TruthStatus;

/// Statuses of an invoice ("Invoice": initiated, paid, failed, refunded, canceled, on_hold, expired, voided).
/// A voided one was paid and the money given back before it was settled.
pub(super) fn of_invoice(status: &str) -> Option<TruthStatus> {
    match status {
        "initiated" | "on_hold" => Some(TruthStatus::Pending),
        "failed" => Some(TruthStatus::Failed),
        "paid" => Some(TruthStatus::Paid),
        "canceled" | "expired" => Some(TruthStatus::Expired),
        "refunded" | "voided" => Some(TruthStatus::Refunded),
        _ => None,
    }
}

/// Statuses of a payment ("Payment Status Reference": initiated, paid, authorized, failed, refunded, captured, voided, verified).
/// `authorized` only reserves money and `verified` only checks a card, so neither is paid.
pub(super) fn of_payment(status: &str) -> Option<TruthStatus> {
    match status {
        "initiated" | "authorized" | "verified" => Some(TruthStatus::Pending),
        "failed" => Some(TruthStatus::Failed),
        "paid" | "captured" => Some(TruthStatus::Paid),
        "refunded" | "voided" => Some(TruthStatus::Refunded),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_status_is_mapped_and_no_other() {
        for status in ["initiated", "paid", "failed", "refunded", "canceled", "on_hold", "expired", "voided"] {
            assert!(of_invoice(status).is_some(), "{status}");
        }
        for status in ["initiated", "paid", "authorized", "failed", "refunded", "captured", "voided", "verified"] {
            assert!(of_payment(status).is_some(), "{status}");
        }
        for status in ["", "Paid", "PAID", "paid ", "success", "cancelled", "authorized"] {
            assert_eq!(of_invoice(status), None, "{status}");
        }
        let money_moved: Vec<_> = ["initiated", "authorized", "failed", "refunded", "captured", "voided", "verified"]
            .into_iter()
            .filter(|status| of_payment(status) == Some(TruthStatus::Paid))
            .collect();
        assert_eq!(money_moved, ["captured"]);
    }
}
