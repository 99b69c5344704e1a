//! How many units one cart line may hold, and how many lines a cart.

use serde::{Deserialize, Serialize};

/// Most lines that a cart may have.
pub const MAX_CART_ITEMS: usize = 100;

/// A count of units: 1 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Quantity(u16);

/// A count outside 1 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is from 1 to {max}", max = Quantity::MAX)]
pub struct InvalidQuantity;

impl Quantity {
    /// The smallest quantity.
    pub const MIN: i64 = 1;
    /// The largest quantity of one line.
    pub const MAX: i64 = 1000;

    /// Checks a count.
    ///
    /// # Errors
    /// [`InvalidQuantity`] outside the bounds.
    pub fn new(count: i64) -> Result<Self, InvalidQuantity> {
        if !(Self::MIN..=Self::MAX).contains(&count) {
            return Err(InvalidQuantity);
        }
        u16::try_from(count).map(Self).map_err(|_| InvalidQuantity)
    }

    /// The count.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<i64> for Quantity {
    type Error = InvalidQuantity;

    fn try_from(count: i64) -> Result<Self, Self::Error> {
        Self::new(count)
    }
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> Self {
        Self::from(quantity.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_to_a_thousand() {
        for count in [1, 2, 1000] {
            assert_eq!(i64::from(Quantity::new(count).unwrap()), count);
        }
        for count in [i64::MIN, -1, 0, 1001, 65_537, 1_000_000_000, i64::MAX] {
            assert_eq!(Quantity::new(count), Err(InvalidQuantity), "{count}");
            assert!(serde_json::from_str::<Quantity>(&count.to_string()).is_err());
        }
        for bad in ["1.0", "\"1\"", "null", "1e2", "99999999999999999999"] {
            assert!(serde_json::from_str::<Quantity>(bad).is_err(), "{bad}");
        }
    }
}
