//! Mails about orders.

use serde::{Deserialize, Serialize};

use super::store::{self, OrderLineRow, OrderRow};
use crate::admission::orders::{OrderBalance, OrderStatus, order_path};
use crate::course::money;
use crate::platform::error::AppResult;
use crate::platform::ids::OrderId;
use crate::platform::jobs::{Job, JobContext, retries};
use crate::platform::mail::Mail;
use crate::platform::names;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct OrderMail {
    pub order: OrderId,
    pub about: OrderNews,
}

impl OrderMail {
    pub fn new(order: OrderId, about: OrderNews) -> Self {
        Self { order, about }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderNews {
    /// Says how to pay.
    Placed,
    Paid,
    Canceled,
    Refunded {
        cents: i64,
    },
}

impl Job for OrderMail {
    const KIND: &'static str = "order_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let id = self.order;
        let found = cx
            .within(async move |conn| {
                let Some(row) = store::by_id(conn, id).await? else {
                    return Ok(None);
                };
                let lines = store::lines(conn, id).await?;
                let payments = store::payments(conn, id).await?;
                let instructions = store::instructions(conn).await?;
                let balance = store::balance(&lines, &payments);
                Ok(Some((row, lines, balance, instructions)))
            })
            .await?;
        let Some((row, lines, balance, instructions)) = found else {
            return Ok(());
        };
        let letter = OrderLetter {
            link: cx.link(&order_path(row.order_id)),
            school: &cx.organization.name,
            instructions: &instructions,
            row: &row,
            lines: &lines,
            balance,
        };
        let Some((subject, text)) = letter.words(self.about) else {
            return Ok(());
        };
        let name = Some(&row.buyer_name).filter(|name| !names::has_link(name));
        cx.send(Mail {
            to: match name {
                Some(name) => Mail::address(name, &row.buyer_email)?,
                None => Mail::bare_address(&row.buyer_email)?,
            },
            subject,
            text: format!("{text}\n\n{}\n", cx.organization.name),
            unsubscribe: None,
        })
        .await
    }
}

/// All that the words of a mail depend on.
struct OrderLetter<'a> {
    row: &'a OrderRow,
    lines: &'a [OrderLineRow],
    balance: OrderBalance,
    instructions: &'a str,
    school: &'a str,
    link: String,
}

impl OrderLetter<'_> {
    /// Returns subject and text. None if the mail no longer fits the order.
    fn words(&self, about: OrderNews) -> Option<(String, String)> {
        let OrderRow {
            number,
            status,
            currency,
            ..
        } = self.row;
        let (hello, what, school) = (self.hello(), self.what(), self.school);
        let (subject, text) = match about {
            OrderNews::Placed if *status != OrderStatus::Open => return None,
            OrderNews::Placed => (
                format!("Your order {number} at {school}"),
                format!(
                    "{hello},\n\nthank you for your order {number}:\n\n{what}\n\nPlease pay {}. {}",
                    money(self.balance.due(), currency),
                    self.how_to_pay()
                ),
            ),
            OrderNews::Paid => (
                format!("Your payment for order {number}"),
                format!(
                    "{hello},\n\nYour payment for order {number} has arrived. Thank you!\n\n{what}{}",
                    self.lost()
                ),
            ),
            OrderNews::Canceled => (
                format!("Your order {number} was canceled"),
                format!(
                    "{hello},\n\nyour order {number} was canceled:\n\n{what}{}",
                    self.lost()
                ),
            ),
            OrderNews::Refunded { cents } => (
                format!("Refund for your order {number}"),
                format!(
                    "{hello},\n\n{school} has paid back {} of your order {number}:\n\n{what}",
                    money(cents, currency)
                ),
            ),
        };
        let link = match self.row.user_id {
            Some(_) => format!("\n\nYour order: {}", self.link),
            None => String::new(),
        };
        Some((subject, format!("{text}{link}")))
    }

    fn hello(&self) -> String {
        match names::has_link(&self.row.buyer_name) {
            true => "Hello".to_owned(),
            false => format!("Hello {}", self.row.buyer_name),
        }
    }

    fn what(&self) -> String {
        let lines = self.lines.iter().map(|line| {
            let amount = money(store::net(line), &self.row.currency);
            format!("{}: {amount}", line.title)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn how_to_pay(&self) -> String {
        match self.instructions {
            "" => format!("{} writes to you about the payment.", self.school),
            words => format!(
                "With the payment, name the order {}.\n\n{words}",
                self.row.number
            ),
        }
    }

    /// Tells about money that is to be paid back.
    fn lost(&self) -> String {
        match self.balance.refund_due() {
            0 => String::new(),
            cents => format!(
                "\n\n{} pays {} back to you: it is more than your seats cost, or a seat was no longer free.",
                self.school,
                money(cents, &self.row.currency)
            ),
        }
    }
}
