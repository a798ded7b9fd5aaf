//! The rule by which a discount code lowers the prices of seats.

/// Kind of a discount code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountKind {
    Percent,
    Amount,
    FreeSeat,
}

impl DiscountKind {
    pub const ALL: [Self; 3] = [Self::Percent, Self::Amount, Self::FreeSeat];

    pub fn name(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Amount => "amount",
            Self::FreeSeat => "free_seat",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Percent => "Percentage",
            Self::Amount => "Amount",
            Self::FreeSeat => "Free seat",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Returns the discount of each seat in minor units. `prices` has None for seats that the code does
/// not fit. A percentage lowers each price, rounded down. An amount is taken from one seat after
/// the other. A free seat is the most expensive one.
pub fn discounts(kind: DiscountKind, value: i32, prices: &[Option<i32>]) -> Vec<i32> {
    let dearest = prices.iter().flatten().max().copied();
    let place = prices
        .iter()
        .position(|price| price.is_some() && *price == dearest);
    let mut rest = value.max(0);
    let each = prices.iter().enumerate().map(|(at, price)| {
        let price = price.unwrap_or(0).max(0);
        match kind {
            DiscountKind::Percent => {
                let cents = i64::from(price) * i64::from(value.clamp(0, 100)) / 100;
                i32::try_from(cents).unwrap_or(price)
            }
            DiscountKind::Amount => {
                let cents = rest.min(price);
                rest -= cents;
                cents
            }
            DiscountKind::FreeSeat if Some(at) == place => price,
            DiscountKind::FreeSeat => 0,
        }
    });
    each.collect()
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn a_discount_lowers_the_prices_of_the_seats_that_it_fits() {
        let prices = [Some(4_800), None, Some(9_999)];
        assert_eq!(
            discounts(DiscountKind::Percent, 25, &prices),
            [1_200, 0, 2_499]
        );
        assert_eq!(
            discounts(DiscountKind::Amount, 6_000, &prices),
            [4_800, 0, 1_200]
        );
        assert_eq!(discounts(DiscountKind::FreeSeat, 0, &prices), [0, 0, 9_999]);
        assert_eq!(discounts(DiscountKind::FreeSeat, 0, &[None]), [0]);
    }

    #[test]
    fn a_discount_is_never_negative_or_more_than_the_price() {
        for kind in DiscountKind::ALL {
            for value in [i32::MIN, -1, 0, 1, 33, 100, 101, i32::MAX] {
                let prices = [Some(0), Some(1), Some(100_000_000), None];
                let given = discounts(kind, value, &prices);
                for (price, cents) in prices.iter().zip(given) {
                    assert!((0..=price.unwrap_or(0)).contains(&cents));
                }
            }
        }
    }
}
