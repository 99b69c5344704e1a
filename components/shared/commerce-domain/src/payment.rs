//! The states of a payment and the moves between them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The intent is committed; the gateway has not answered yet.
    Initiated,
    /// The gateway waits for the shopper; the redirect is known.
    Pending,
    /// The last attempt was declined; another may follow.
    Failed,
    /// The money arrived.
    Paid,
    /// It can no longer be paid.
    Expired,
}

impl PaymentStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Initiated, Self::Pending, Self::Failed, Self::Paid, Self::Expired];

    /// The name in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Paid => "paid",
            Self::Expired => "expired",
        }
    }

    /// Finds a status by its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether the shopper may still pay, so that the redirect may be shown.
    #[must_use]
    pub const fn is_payable(self) -> bool {
        matches!(self, Self::Pending | Self::Failed)
    }
}

impl fmt::Display for PaymentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a payment may go from one status to another.
///
/// `initiated → pending ⇄ failed`; `initiated | pending | failed → paid | expired`; `initiated → failed` (the gateway's event
/// may overtake our own record of the redirect); `expired → paid`, because money that arrives late has still arrived.
/// Nothing leaves `paid`.
#[must_use]
pub const fn can_move(from: PaymentStatus, to: PaymentStatus) -> bool {
    use PaymentStatus::{Expired, Failed, Initiated, Paid, Pending};
    matches!(
        (from, to),
        (Initiated, Pending | Failed | Paid | Expired)
            | (Pending, Failed | Paid | Expired)
            | (Failed, Pending | Paid | Expired)
            | (Expired, Paid)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_these_moves_are_allowed() {
        let allowed = [
            "initiated pending",
            "initiated failed",
            "initiated paid",
            "initiated expired",
            "pending failed",
            "pending paid",
            "pending expired",
            "failed pending",
            "failed paid",
            "failed expired",
            "expired paid",
        ];
        for from in PaymentStatus::ALL {
            for to in PaymentStatus::ALL {
                let expected = allowed.contains(&format!("{from} {to}").as_str());
                assert_eq!(can_move(from, to), expected, "{from} → {to}");
            }
        }
    }

    #[test]
    fn names_are_the_json_form() {
        for status in PaymentStatus::ALL {
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{status}\""));
            assert_eq!(PaymentStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(PaymentStatus::parse("PAID"), None);
    }

    #[test]
    fn only_a_waiting_payment_shows_its_redirect() {
        let payable: Vec<_> = PaymentStatus::ALL.into_iter().filter(|status| status.is_payable()).collect();
        assert_eq!(payable, [PaymentStatus::Pending, PaymentStatus::Failed]);
    }
}
