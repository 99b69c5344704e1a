//! The states of an order and the moves between them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Placed, not paid.
    Pending,
    /// Paid; its stock is committed.
    Paid,
    /// Being prepared.
    Processing,
    /// Handed to the carrier.
    Shipped,
    /// Received by the shopper.
    Delivered,
    /// Closed; nothing is owed by either side.
    Completed,
    /// Given up before it was paid.
    Cancelled,
    /// Money arrived for goods that cannot be promised; waits for a refund decision.
    RefundReview,
}

impl OrderStatus {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Paid,
        Self::Processing,
        Self::Shipped,
        Self::Delivered,
        Self::Completed,
        Self::Cancelled,
        Self::RefundReview,
    ];

    /// The name in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Processing => "processing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::RefundReview => "refund_review",
        }
    }

    /// Finds a status by its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether an order may go from one status to another.
///
/// `pending → paid → processing → shipped → delivered → completed`; `pending → cancelled`;
/// `pending | cancelled → refund_review`. Staying where it is is not a move.
#[must_use]
pub const fn can_move(from: OrderStatus, to: OrderStatus) -> bool {
    use OrderStatus::{Cancelled, Completed, Delivered, Paid, Pending, Processing, RefundReview, Shipped};
    matches!(
        (from, to),
        (Pending, Paid | Cancelled | RefundReview)
            | (Cancelled, RefundReview)
            | (Paid, Processing)
            | (Processing, Shipped)
            | (Shipped, Delivered)
            | (Delivered, Completed)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_these_moves_are_allowed() {
        let allowed = [
            "pending paid",
            "pending cancelled",
            "pending refund_review",
            "cancelled refund_review",
            "paid processing",
            "processing shipped",
            "shipped delivered",
            "delivered completed",
        ];
        let mut seen = 0;
        for from in OrderStatus::ALL {
            for to in OrderStatus::ALL {
                let expected = allowed.contains(&format!("{from} {to}").as_str());
                assert_eq!(can_move(from, to), expected, "{from} → {to}");
                seen += usize::from(expected);
            }
        }
        assert_eq!(seen, allowed.len());
    }

    #[test]
    fn names_are_the_json_form() {
        for status in OrderStatus::ALL {
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{status}\""));
            assert_eq!(OrderStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(OrderStatus::parse("Paid"), None);
    }
}
