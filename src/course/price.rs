//! Prices of courses and of their offerings.

use serde::{Deserialize, Serialize};

use crate::platform::figures;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub cents: i32,
    pub currency: String,
}

impl Price {
    /// Formats the price: "Free", "€48", "₹4,800.50".
    pub fn label(&self) -> String {
        match self.cents {
            0 => "Free".to_owned(),
            cents => money(cents.into(), &self.currency),
        }
    }
}

/// Formats an amount in minor units, which is not negative: "€0", "€48", "₹4,800.50".
pub fn money(cents: i64, currency: &str) -> String {
    let symbol = match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "INR" => "₹",
        other => return format!("{} {other}", amount(cents)),
    };
    format!("{symbol}{}", amount(cents))
}

fn amount(cents: i64) -> String {
    let whole = figures::number((cents / 100).unsigned_abs() as usize);
    match (cents % 100).abs() {
        0 => whole,
        cents => format!("{whole}.{cents:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_read_as_people_write_them() {
        let price = |cents, currency: &str| {
            Price {
                cents,
                currency: currency.to_owned(),
            }
            .label()
        };
        assert_eq!(price(0, "EUR"), "Free");
        assert_eq!(price(4800, "EUR"), "€48");
        assert_eq!(price(480_050, "INR"), "₹4,800.50");
        assert_eq!(price(123_456_700, "CHF"), "1,234,567 CHF");
        assert_eq!(money(0, "EUR"), "€0");
        assert_eq!(money(2_000_000_005, "USD"), "$20,000,000.05");
    }
}
