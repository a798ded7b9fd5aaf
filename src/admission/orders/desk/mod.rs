//! Orders for admins: the orders of an offering, payments and refunds, and how people pay.

pub mod api;
pub mod pages;
pub mod payments;

use serde::{Deserialize, Serialize};

use super::{OrderPage, OrderSummary, UndoableMoney};
use crate::admission::manage::offering_path;
use crate::course::CourseTitle;
use crate::platform::address;
use crate::platform::ids::{DiscountId, OfferingId, OrderId};
use crate::teaching::Area;

/// Orders on one page of the list.
pub const ORDERS_PAGE: i64 = 50;
/// Longest text about how to pay, in characters.
pub const INSTRUCTIONS_CHARACTERS: u32 = 2_000;

/// Part of an offering's orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderFilter {
    #[default]
    All,
    Open,
    Paid,
    RefundDue,
    /// Canceled and refunded ones.
    Ended,
}

impl OrderFilter {
    pub const ALL: [Self; 5] = [
        Self::All,
        Self::Open,
        Self::Paid,
        Self::RefundDue,
        Self::Ended,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::RefundDue => "refund",
            Self::Ended => "ended",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Open => "Awaiting payment",
            Self::Paid => "Paid",
            Self::RefundDue => "Refund due",
            Self::Ended => "Canceled or refunded",
        }
    }

    pub fn parse(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|filter| filter.name() == name).unwrap_or_default()
    }
}

/// Address of the list of an offering's orders. Pages count from 0.
pub fn orders_path(course: &str, offering: OfferingId, filter: OrderFilter, page: i64) -> String {
    let number = match page {
        0 => String::new(),
        page => (page + 1).to_string(),
    };
    let path = format!("{}/orders", offering_path(course, offering));
    address::with_query(&path, &[("show", filter.name()), ("page", &number)])
}

pub fn desk_order_path(course: &str, offering: OfferingId, order: OrderId) -> String {
    format!("{}/orders/{order}", offering_path(course, offering))
}

/// Address of the page about how people pay.
pub fn payment_settings_path(course: &str) -> String {
    format!("{}/payments", Area::Admissions.path(course))
}

/// Orders of an offering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderList {
    pub course_title: CourseTitle,
    pub offering_title: String,
    pub orders: Vec<OrderSummary>,
    pub page: i64,
    pub has_more: bool,
}

/// One order for admins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskOrder {
    pub course_title: CourseTitle,
    pub offering_title: String,
    pub order: OrderPage,
    /// Number of payments and refunds so far. A form that was sent twice is refused by it.
    pub records: i64,
    pub undoable: Option<UndoableMoney>,
    /// Disputes of its payments by card, newest first.
    pub disputes: Vec<DisputeLine>,
}

/// A dispute of a payment by card in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeLine {
    pub said: String,
    /// True if an admin has to do something.
    pub is_urgent: bool,
}

/// Money that was received or paid back, as the browser sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MoneyFields {
    /// Number of payments and refunds that the page showed.
    pub records: i64,
    pub amount: String,
    pub method: String,
    pub reference: String,
    /// Present if a refund frees the seats of the order.
    pub frees: Option<String>,
}

/// Settings of payments, which are the same for all courses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentSettings {
    pub course_title: CourseTitle,
    pub instructions: String,
    pub codes: Vec<DiscountLine>,
    /// Offerings that a code may be for: value and label.
    pub scopes: Vec<(String, String)>,
}

/// A discount code in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountLine {
    pub code_id: DiscountId,
    pub code: String,
    /// For example "25 % off".
    pub saves: String,
    pub scope: String,
    /// For example "3 of 10 uses".
    pub uses: String,
    pub until: Option<String>,
    pub is_active: bool,
}

/// Fields of a discount code as the browser sends them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DiscountFields {
    /// The letters. Fields that contain the word code are taken for secrets.
    pub voucher: String,
    pub kind: String,
    /// Percentage, or amount in whole units.
    pub value: String,
    pub currency: String,
    /// Id of an offering; empty for all.
    pub scope: String,
    pub until: String,
    pub most: String,
}
