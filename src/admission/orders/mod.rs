//! Orders: the cart, and what people owe, pay and get back for seats.

pub mod api;
pub mod desk;
mod discount;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

pub use discount::{DiscountKind, discounts};

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ids::{OfferingId, OrderId, OrderPaymentId};

/// Address of the cart.
pub const CART: &str = "/cart";
/// List of a person's own orders.
pub const ORDERS: &str = "/orders";
/// Longest address on an invoice, in characters.
pub const ADDRESS_CHARACTERS: u32 = 500;
/// Longest reference of a payment, in characters.
pub const REFERENCE_CHARACTERS: u32 = 200;
/// Most seats in a cart.
pub const MOST_IN_CART: i64 = 20;

pub fn order_path(order: OrderId) -> String {
    format!("{ORDERS}/{order}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::OrderStatus")
)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Awaits the payment.
    Open,
    Paid,
    Canceled,
    /// Paid, and paid back.
    Refunded,
}

impl OrderStatus {
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Awaiting payment",
            Self::Paid => "Paid",
            Self::Canceled => "Canceled",
            Self::Refunded => "Refunded",
        }
    }
}

/// The way in which money was received or paid back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    BankTransfer,
    Cash,
    Card,
    Other,
}

impl PaymentMethod {
    pub const ALL: [Self; 4] = [Self::BankTransfer, Self::Cash, Self::Card, Self::Other];

    pub fn name(self) -> &'static str {
        match self {
            Self::BankTransfer => "bank_transfer",
            Self::Cash => "cash",
            Self::Card => "card",
            Self::Other => "other",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::BankTransfer => "Bank transfer",
            Self::Cash => "Cash",
            Self::Card => "Card",
            Self::Other => "Other",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// Sums of an order in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBalance {
    /// Price of the seats that the order still holds.
    pub owed: i64,
    pub received: i64,
    pub refunded: i64,
}

impl OrderBalance {
    /// Money that was received and not paid back.
    pub fn kept(self) -> i64 {
        (self.received - self.refunded).max(0)
    }

    pub fn is_covered(self) -> bool {
        self.kept() >= self.owed
    }

    /// Money that is still to come, while the order is open.
    pub fn due(self) -> i64 {
        (self.owed - self.kept()).max(0)
    }

    /// Money that is to be paid back: paid twice, too much, or for a seat that was lost.
    pub fn refund_due(self) -> i64 {
        (self.kept() - self.owed).max(0)
    }
}

/// An order in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSummary {
    pub order_id: OrderId,
    pub number: i32,
    pub status: OrderStatus,
    pub buyer: String,
    /// Titles of the seats.
    pub what: String,
    pub total: String,
    /// Time of the order in words, and as RFC 3339.
    pub placed: (String, String),
    /// Amount that is to be paid back.
    pub refund_due: Option<String>,
}

impl OrderSummary {
    pub fn title(&self) -> String {
        format!("Order {}", self.number)
    }
}

/// One seat of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedSeat {
    pub title: String,
    pub price: String,
    pub discount: Option<String>,
    /// False if the order no longer holds the seat.
    pub is_live: bool,
}

/// Money that was received or paid back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPayment {
    /// For example "Payment by bank transfer".
    pub label: String,
    pub reference: String,
    pub amount: String,
    pub recorded: (String, String),
}

/// The newest payment or refund of an order, which can still be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoableMoney {
    pub order: OrderId,
    pub payment: OrderPaymentId,
    /// For example "A payment of €48 was recorded. You can undo this until 14:05."
    pub said: String,
}

/// Payment by card of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardStanding {
    /// True if the buyer can pay by card now.
    pub may_pay: bool,
    /// True if the buyer was sent to the page where one pays, or has paid there.
    pub is_begun: bool,
    /// True if the buyer has paid and the bank has not confirmed it.
    pub is_processing: bool,
    /// True if other money arrived than was asked for.
    pub differs: bool,
    /// Amount that can be paid back to the card, and the amount for the form as people type it.
    pub refundable: Option<(String, String)>,
    /// Amount of a refund that the provider has not confirmed.
    pub refunding: Option<String>,
}

/// An order with all that belongs to it, for its buyer and for admins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPage {
    pub summary: OrderSummary,
    pub school: String,
    pub buyer_email: String,
    pub billing_address: String,
    pub seats: Vec<OrderedSeat>,
    pub payments: Vec<OrderPayment>,
    /// Amount that is still to come.
    pub due: Option<String>,
    /// The same amount as people type it, and the amount to be paid back.
    pub due_field: String,
    pub refund_field: String,
    /// True if money was received that was not paid back.
    pub has_money: bool,
    /// How to pay, in the organization's words.
    pub instructions: String,
    pub card: CardStanding,
    /// True if the buyer can cancel it.
    pub may_cancel: bool,
}

/// A seat in the cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLine {
    pub offering_id: OfferingId,
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub offering_title: String,
    pub price: String,
    pub discount: Option<String>,
    /// Sentence on why it can't be ordered now.
    pub problem: Option<String>,
}

/// Page of the cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartPage {
    pub lines: Vec<CartLine>,
    pub total: String,
    /// The prices shown. An order is refused if they have changed.
    pub seen: String,
    pub name: String,
    pub school: String,
    pub is_free: bool,
    pub instructions: String,
    /// The discount code that was entered, and a sentence on why it can't be used any more.
    pub voucher: Option<(String, Option<String>)>,
}

/// The next step of a person who pays for a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentStep {
    /// Puts the seat into the cart.
    Cart,
    /// Looks at the order that holds the seat: its title and its address.
    Order { title: String, path: String },
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn money_is_due_or_to_be_paid_back_and_never_both() {
        for owed in [0, 1, 48, 96] {
            for received in [0, 1, 48, 96, 200] {
                for refunded in [0, 1, 48].into_iter().filter(|back| *back <= received) {
                    let balance = OrderBalance {
                        owed,
                        received,
                        refunded,
                    };
                    assert!(balance.due() == 0 || balance.refund_due() == 0);
                    let settled = balance.kept() + balance.due() - balance.refund_due();
                    assert_eq!(settled, owed);
                    assert_eq!(balance.is_covered(), balance.due() == 0);
                }
            }
        }
    }

    #[test]
    fn each_method_has_a_name() {
        for method in PaymentMethod::ALL {
            assert_eq!(PaymentMethod::parse(method.name()), Some(method));
        }
        assert_eq!(PaymentMethod::parse("stones"), None);
    }
}
